import type { Health, HealthChange } from "../../../api/model";
import { healthWords } from "../../../components/status";
import { clock, plural } from "../../../lib/format";
import { changeCountMax } from "../api/list-health-changes";

const hourMs = 3_600_000;

export function changesOfLastHour(changes: readonly HealthChange[], now: number): readonly HealthChange[] {
  return changes.filter((c) => now - Date.parse(c.at) < hourMs);
}

/**
 * Since when the changes are known, where the newest `changeCountMax` all lie within the hour: what changed before, in this hour, is not
 * among them. `null`: all of the hour are known.
 */
export function cutAt(changes: readonly HealthChange[], now: number): number | null {
  const recent = changesOfLastHour(changes, now);
  return recent.length < changeCountMax ? null : Math.min(...recent.map((c) => Date.parse(c.at)));
}

/** What is said below the list of changes; nothing when it holds all of the hour. */
export function changesNote(restCount: number, firstCount: number, cut: number | null): string {
  const notes = [restCount > 0 && plural(restCount, "more change"), firstCount > 0 && plural(firstCount, "first reading")].filter(Boolean).join(", ");
  if (cut === null) return notes && `${notes} in this hour`;
  return `${notes ? `${notes} among` : "Only"} the newest ${changeCountMax} changes, since ${clock(cut)}; earlier ones are not looked at`;
}

/** What stands in place of an empty list: what was not looked at may have been of the kind. */
export function noChangeTitle(filter: Health | null, firstCount: number, cut: number | null): string {
  if (cut === null) return "No change in the last hour";
  const newest = `the newest ${changeCountMax} changes, since ${clock(cut)}`;
  if (firstCount > 0 || !filter) return `Only first readings among ${newest}`;
  return `None of ${newest}, is to ${healthWords[filter].toLowerCase()}`;
}

/** How many servers more or fewer are in each health than an hour ago; null when the list of changes was cut. */
export function deltasOf(changes: readonly HealthChange[] | undefined, now: number): Readonly<Record<Health, number>> | null {
  if (!changes || cutAt(changes, now) !== null) return null;
  const deltas: Record<Health, number> = { healthy: 0, warning: 0, critical: 0, offline: 0, unknown: 0 };
  for (const { from, to } of changesOfLastHour(changes, now)) {
    deltas[from] -= 1;
    deltas[to] += 1;
  }
  return deltas;
}
