// An edit that is guarded by the version it began with: read once when it opens, and compared when someone else has saved in the meantime.
import { type ReactElement, type ReactNode, useState } from "react";
import { Dialog } from "../../../components/dialog";
import { ErrorCallout, Failure, Skeleton } from "../../../components/panel";
import { ApiError } from "../../../lib/http";
import { refetch, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";
import { type Action, asApiError, useAction } from "../../../lib/use-action";
import { besides, conflicts, type FormField, mergedForm } from "./conflict";
import { ConflictView } from "./conflict-view";

/** What an edit began with. */
export interface Version<F> {
  form: F;
  etag: string | null;
}

interface GuardOptions<F extends object> {
  fields: readonly FormField<F>[];
  opened: Version<F>;
  read: () => Promise<Version<F>>;
  /** Saves what `to` changes of `from`; throws PRECONDITION_FAILED when it is about an older version. */
  write: (from: F, to: F, etag: string | null) => Promise<void>;
  onSaved: (form: F) => Promise<void> | void;
}

interface Clash<F> {
  theirs: Version<F>;
  refused: ApiError;
}

export interface GuardedEdit<F extends object> {
  base: Version<F>;
  form: F;
  setForm: (form: F) => void;
  save: Action<[from: F, to: F, etag: string | null]>;
  submit: () => void;
  clash: Clash<F> | undefined;
  keep: ReadonlySet<string>;
  setKeep: (keep: ReadonlySet<string>) => void;
  /** Goes on in the form, with both sets of changes in it. */
  resume: (form: F) => void;
  fields: readonly FormField<F>[];
}

export function useGuardedEdit<F extends object>({ fields, opened, read, write, onSaved }: GuardOptions<F>): GuardedEdit<F> {
  const [base, setBase] = useState(opened), [form, setForm] = useState(opened.form);
  const [clash, setClash] = useState<Clash<F>>(), [keep, setKeep] = useState<ReadonlySet<string>>(new Set());
  const save = useAction(async (from: F, to: F, etag: string | null) => {
    try {
      await write(from, to, etag);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "PRECONDITION_FAILED") throw error;
      setClash({ theirs: await read(), refused: error });
      setKeep(new Set());
      return;
    }
    await onSaved(to);
  });
  return {
    base,
    form,
    setForm,
    save,
    submit: () => void save.run(base.form, form, base.etag),
    clash,
    keep,
    setKeep,
    resume: (next) => {
      if (!clash) return;
      setBase(clash.theirs);
      setForm(next);
      setClash(undefined);
    },
    fields,
  };
}

interface DialogProps<F extends object> {
  edit: GuardedEdit<F>;
  /** The thing's own name. */
  name: string;
  /** "server", "group": what it is. */
  noun: string;
  /** What comes of it is looked at in the form once more, not saved from here. */
  reviewed?: boolean;
  onDiscard: () => void;
}

export function ConflictDialog<F extends object>({ edit, name, noun, reviewed = false, onDiscard }: DialogProps<F>): ReactElement | null {
  const { base, form, clash, keep, save, fields } = edit;
  if (!clash) return null;
  const { theirs, refused } = clash, told = refused.details;
  const rows = conflicts(fields, base.form, theirs.form, form, told), next = mergedForm(fields, base.form, theirs.form, form, keep, told);
  return (
    <Dialog
      title={`${name} was changed in the meantime`}
      wide
      onClose={onDiscard}
      onSubmit={() => (reviewed ? edit.resume(next) : void save.run(theirs.form, next, theirs.etag))}
      actions={
        <>
          {!reviewed && <button className="btn start" type="button" onClick={() => edit.resume(next)}>Back to the form</button>}
          <button className="btn" type="button" onClick={onDiscard}>Discard mine</button>
          <button className="btn primary" type="submit" aria-disabled={save.busy}>{reviewed ? "Back to the form" : "Save as chosen"}</button>
        </>
      }
    >
      <ConflictView what={`this ${noun}`} rows={rows} refused={refused} besides={besides(fields, told)} keep={keep} onKeep={edit.setKeep} />
      <ErrorCallout error={save.error} title={`The ${noun} was not changed.`} />
    </Dialog>
  );
}

interface OpenedProps<T> {
  title: string;
  /** "The server did not load" */
  failure: string;
  id: string;
  read: (signal: AbortSignal) => Promise<T>;
  wide?: boolean;
  onClose: () => void;
  children: (opened: T) => ReactNode;
}

/** Reads once when the dialog opens, and keeps it as it was then: an edit is guarded by that version, not by a later one. */
export function OpenedDialog<T extends object>({ title, failure, id, read, wide = false, onClose, children }: OpenedProps<T>): ReactElement {
  const key = tenantKey("edit", id), [opened, setOpened] = useState<T>();
  const query = useQuery(opened ? null : key, async (signal) => {
    const value = await read(signal);
    setOpened(value);
    return value;
  }, { staleMs: 0 });
  if (opened) return <>{children(opened)}</>;
  return (
    <Dialog title={title} wide={wide} onClose={onClose} actions={<button className="btn" type="button" onClick={onClose}>Cancel</button>}>
      {query.error ? <Failure what={failure} error={asApiError(query.error)} retry={() => void refetch(key)} /> : <Skeleton lines={wide ? 8 : 4} />}
    </Dialog>
  );
}
