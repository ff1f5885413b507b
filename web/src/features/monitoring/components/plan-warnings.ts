// What a plan warns of, in plain words. Pure. The elements and attributes are those of WarningsType in Microsoft's showplan schema.
import { bytes, count, plural } from "../../../lib/format";
import { isSet, nameIn, numberIn } from "./showplan";

export interface PlanWarning {
  text: string;
  /** As the plan has it, for example an expression. */
  detail: string | null;
  /** `null`: it is of the whole statement. */
  operator: string | null;
}

/** Flags of the element itself. */
const flags: Readonly<Record<string, string>> = {
  NoJoinPredicate: "Two inputs are joined without a condition: each row of one meets every row of the other.",
  SpatialGuess: "How many rows a spatial index finds was guessed.",
  UnmatchedIndexes: "A filtered index was not used, because what it filters by is a parameter here.",
  FullUpdateForOnlineIndexBuild: "Whole rows are written, because an index is being built online.",
};

/** What stands in an element `Warnings`, if there is one. */
export function warningsIn(element: Element | null, operator: string | null): PlanWarning[] {
  if (!element) return [];
  const set = Object.entries(flags).filter(([name]) => isSet(element, name)).map(([, text]) => plain(text));
  const inside = [...element.children].map((e) => (words.get(e.localName) ?? unknown)(e));
  return [...set, ...inside].map((said) => ({ ...said, operator }));
}

type Said = Omit<PlanWarning, "operator">;
const plain = (text: string): Said => ({ text, detail: null });
const unknown = (e: Element): Said => plain(`A warning that DbTools has no words for: ${e.localName}.`);

/** A map, for what is looked up stands in the XML: an object has more names than its own. */
const words: ReadonlyMap<string, (e: Element) => Said> = new Map(Object.entries<(e: Element) => Said>({
  SpillToTempDb: (e) => {
    const level = numberIn(e, "SpillLevel"), threads = numberIn(e, "SpilledThreadCount");
    const facts = inBrackets(level !== null && `level ${count(level)}`, threads !== null && plural(threads, "thread"));
    return plain(`Spilled to tempdb${facts}: the memory grant was too small for its rows.`);
  },
  SpillOccurred: () => plain("Spilled to tempdb: the memory grant was too small for its rows."),
  SortSpillDetails: (e) => spill("The sort", e),
  HashSpillDetails: (e) => spill("The hash table", e),
  ExchangeSpillDetails: (e) => spill("The exchange between threads", e),
  Wait: (e) => {
    const seconds = numberIn(e, "WaitTime"), type = e.getAttribute("WaitType") ?? "something";
    return plain(`Waited ${seconds === null ? "" : `${count(seconds)} s `}for ${type === "Memory Grant" ? "its memory grant" : type}.`);
  },
  PlanAffectingConvert: (e) => {
    const detail = e.getAttribute("Expression"), how = /CONVERT_IMPLICIT/i.test(detail ?? "") ? "An implicit conversion" : "A conversion";
    const isSeek = e.getAttribute("ConvertIssue") === "Seek Plan";
    const harm = isSeek ? "may keep an index from being used" : "makes the estimated rows unreliable";
    return { text: `${how} of types ${harm}: compare values of the same type.`, detail };
  },
  MemoryGrantWarning: (e) => {
    const granted = numberIn(e, "GrantedMemory"), used = numberIn(e, "MaxUsedMemory");
    const how = grants.get(e.getAttribute("GrantWarningKind") ?? "") ?? "The memory grant did not fit";
    return plain(`${how}${inBrackets(granted !== null && `${kib(granted)} granted`, used !== null && `${kib(used)} used`)}.`);
  },
  ColumnsWithNoStatistics: (e) => columns(e, "There are no statistics of", "the number of rows is a guess"),
  ColumnsWithStaleStatistics: (e) => columns(e, "Statistics are out of date of", "the number of rows may be far off"),
}));

const grants: ReadonlyMap<string, string> = new Map(Object.entries({
  "Excessive Grant": "Far more memory was granted than used",
  "Used More Than Granted": "More memory was used than granted",
  "Grant Increase": "The memory grant had to be raised while it ran",
}));

const kib = (n: number): string => bytes(n * 1024);
const inBrackets = (...facts: readonly (string | false)[]): string => facts.some(Boolean) ? ` (${facts.filter(Boolean).join(", ")})` : "";

function spill(what: string, e: Element): Said {
  const pages = numberIn(e, "WritesToTempDb");
  return plain(`${what} wrote ${pages === null ? "" : `${plural(pages, "page")} `}to tempdb.`);
}

function columns(e: Element, before: string, after: string): Said {
  const names = [...e.children].map((c) => nameIn(c, "Database", "Schema", "Table", "Column")).filter(Boolean);
  return plain(`${before} ${names.join(", ") || "a column"}: ${after}.`);
}
