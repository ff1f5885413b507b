import type { Group, ServerHealth } from "../../../api/model";
import { plural } from "../../../lib/format";

export interface HeatSection {
  /** The group's; empty for servers that are in none, or in one beyond the limit. */
  id: string;
  name: string;
  list: readonly ServerHealth[];
}

/** More groups than this share one section at the end. */
const sectionCountMax = 60;
const byName = new Intl.Collator("en", { numeric: true });

export function sectionsOf(servers: readonly ServerHealth[], groups: readonly Group[]): HeatSection[] {
  const shown = groups.slice(0, sectionCountMax), lists = new Map<string, ServerHealth[]>(shown.map((g) => [g.id, []]));
  const loose: ServerHealth[] = [], more: ServerHealth[] = [];
  for (const s of [...servers].sort((a, b) => byName.compare(a.name, b.name))) {
    let found = false;
    for (const id of s.groupIds) {
      const list = lists.get(id);
      list?.push(s);
      found ||= list !== undefined;
    }
    if (!found) (s.groupIds.length > 0 && groups.length > shown.length ? more : loose).push(s);
  }
  const sections: HeatSection[] = shown.map((g) => ({ id: g.id, name: g.name, list: lists.get(g.id) ?? [] })).filter((s) => s.list.length > 0);
  if (more.length > 0) sections.push({ id: "more", name: plural(groups.length - shown.length, "more group"), list: more });
  if (loose.length > 0) sections.push({ id: "", name: groups.length > 0 ? "No group" : "All servers", list: loose });
  return sections;
}
