// Which tab shows which collector. It goes by the collector's name, so that a new one of any engine finds its place without a change here;
// what fits nowhere is on the Collectors tab, with its whole table.
import type { CollectorSummary } from "../api/collector-types";

export type Topic = "queries" | "files" | "backups" | "waits";

const patterns: Readonly<Record<Topic, RegExp>> = {
  waits: /^waits?(_|$)/,
  backups: /backup|checkdb/,
  queries: /quer(y|ies)|block|deadlock|^locks|transaction|statement|session|activity|process|memory_grants/,
  files: /(^|_)(databases?|drives?|volumes?|files?|tempdb|disks?|storage|tablespaces?|tables)(_|$)|(^|_)io$|^wal$|^version_store$/,
};
/** Not a matter of files, whatever their names. */
const elsewhere = /avail|replic/;
/** What a topic begins with; the others follow by title. */
const leaders: Readonly<Record<Topic, readonly RegExp[]>> = {
  waits: [/type/],
  queries: [/block/, /^running|active/, /deadlock/],
  files: [/volume|drive|disk/, /^databases?/, /file_io|io/],
  backups: [/backup/],
};

export function topicOf(name: string): Topic | null {
  if (elsewhere.test(name)) return null;
  return (["waits", "backups", "queries", "files"] as const).find((topic) => patterns[topic].test(name)) ?? null;
}

export function collectorsOf(topic: Topic, all: readonly CollectorSummary[]): CollectorSummary[] {
  const rank = (c: CollectorSummary): number => {
    const at = leaders[topic].findIndex((p) => p.test(c.name));
    return at < 0 ? leaders[topic].length : at;
  };
  return all.filter((c) => topicOf(c.name) === topic).sort((a, b) => rank(a) - rank(b) || (a.title < b.title ? -1 : 1));
}
