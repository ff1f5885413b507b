// Two people edited one thing: what differs, and what comes of it. Pure: tested without a page.
import type { FieldFault } from "../../../lib/http";

/** One field of a form: its key, its name on screen, and its value in words. */
export interface FormField<F> {
  key: keyof F & string;
  name: string;
  /** Its name in the API, when the form names it otherwise. */
  field?: string;
  word?: (value: unknown) => string;
  /** Never read back: only the answer to the refused save can tell that it was changed. */
  secret?: boolean;
}

/** One field that is not the same in all three versions. */
export interface Conflict<K extends string = string> {
  field: K;
  name: string;
  was: string;
  theirs: string;
  mine: string;
  /** Both changed it, to different values: someone must choose. */
  clash: boolean;
}

/**
 * The fields that are not the same in all three versions, and what else the refused save was told (`details` of the answer):
 * a secret is never shown, only that it was changed.
 */
export function conflicts<F extends object>(
  fields: readonly FormField<F>[],
  was: F,
  theirs: F,
  mine: F,
  told: readonly FieldFault[] = [],
): readonly Conflict<keyof F & string>[] {
  return fields.flatMap(({ key, name, field = key, word = wordOf, secret = false }) => {
    if (secret) {
      const typed = mine[key] !== was[key], changed = told.some((t) => t.field === field && t.reason === "was changed");
      if (!typed && !changed) return [];
      const secretWord = (isChanged: boolean): string => (isChanged ? "changed" : "as stored");
      return [{ field: key, name, was: "as stored", theirs: secretWord(changed), mine: secretWord(typed), clash: typed && changed }];
    }
    const [a, b, c] = [was[key], theirs[key], mine[key]];
    if (same(a, b) && same(a, c)) return [];
    return [{ field: key, name, was: word(a), theirs: word(b), mine: word(c), clash: !same(a, b) && !same(a, c) && !same(b, c) }];
  });
}

/** What the answer names that this form does not show: said in a line, so that nothing is hidden. */
export function besides<F>(fields: readonly FormField<F>[], told: readonly FieldFault[]): readonly FieldFault[] {
  return told.filter((t) => !fields.some((f) => (f.field ?? f.key) === t.field));
}

/** The form after a conflict: each field from whoever changed it; where both did, as `keep` says. */
export function mergedForm<F extends object>(
  fields: readonly FormField<F>[],
  was: F,
  theirs: F,
  mine: F,
  keep: ReadonlySet<string>,
  told: readonly FieldFault[] = [],
): F {
  const next = { ...theirs };
  for (const { field, clash } of conflicts(fields, was, theirs, mine, told)) {
    if (same(mine[field], was[field]) || (clash && !keep.has(field))) continue;
    next[field] = mine[field];
  }
  return next;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

const sorted = (value: unknown): unknown => (Array.isArray(value) ? [...value].sort() : value);

function wordOf(value: unknown): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  if (Array.isArray(value)) return value.length === 0 ? "–" : value.join(", ");
  return value === "" || value === null || value === undefined ? "–" : String(value);
}
