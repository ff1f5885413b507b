// What a plan says of a statement as a whole, in plain words. Pure.
import { bytes, count, decimal, plural, quantity, thin } from "../../../lib/format";
import type { MemoryGrant, MissingIndex, PlanStatement } from "./plan-tree";

export interface PlanFact {
  name: string;
  value: string;
  note: string;
  isWarning?: boolean;
}

export function factsOf(s: PlanStatement): PlanFact[] {
  const facts: (PlanFact | null)[] = [costOf(s), parallelismOf(s), s.memory && memoryOf(s.memory), compilationOf(s)];
  return facts.filter((f): f is PlanFact => f !== null);
}

function costOf({ cost }: PlanStatement): PlanFact | null {
  return cost === null ? null : { name: "Estimated cost", value: smallText(cost), note: "in the optimiser's own unit" };
}

/** Reasons that readers can do something about; others keep the optimiser's word. */
const serialReasons: ReadonlyMap<string, string> = new Map(Object.entries({
  MaxDOPSetToOne: "the maximum degree is set to 1",
  EstimatedDOPIsOne: "one processor was to be had",
  NoParallelPlansInDesktopOrExpressEdition: "this edition has no parallel plans",
  CouldNotGenerateValidParallelPlan: "something in the statement runs on one thread only",
  TSQLUserDefinedFunctionsNotParallelizable: "a T-SQL function runs on one thread only",
  CLRUserDefinedFunctionRequiresDataAccess: "a CLR function that reads data runs on one thread only",
  TableVariableTransactionsDoNotSupportParallelNestedTransaction: "a table variable is written",
  NonParallelizableIntrinsicFunction: "a built-in function runs on one thread only",
}));

function parallelismOf({ degree, costedDegree, whySerial, operators }: PlanStatement): PlanFact {
  const name = "Parallelism";
  if (degree !== null && degree > 1) return { name, value: `Degree ${count(degree)}`, note: "threads for each parallel branch" };
  if (degree === null && operators.some((o) => o.isParallel)) {
    const note = costedDegree === null ? "the degree is chosen at each run" : `costs worked out for degree ${count(costedDegree)}`;
    return { name, value: "Parallel", note };
  }
  return { name, value: "Serial", note: whySerial === null ? "runs on one thread" : serialReasons.get(whySerial) ?? whySerial };
}

const kib = (n: number): string => bytes(n * 1024);

function memoryOf({ needed, wanted, granted, used }: MemoryGrant): PlanFact | null {
  const name = "Memory grant", amount = granted ?? wanted;
  if (amount === null) return null;
  if (amount === 0) return { name, value: "None", note: "nothing is sorted or hashed in memory" };
  if (granted !== null) return { name, value: kib(granted), note: used === null ? "granted" : `granted; ${kib(used)} used at most` };
  return { name, value: kib(amount), note: needed === null ? "wanted" : `wanted; needs ${kib(needed)} at least` };
}

function compilationOf({ earlyEnd, optimization }: PlanStatement): PlanFact | null {
  const name = "Compilation", cutShort = { name, note: "the search was cut short: there may be a better plan", isWarning: true };
  if (earlyEnd === "TimeOut") return { ...cutShort, value: "Timed out" };
  if (earlyEnd === "MemoryLimitExceeded") return { ...cutShort, value: "Out of memory" };
  if (earlyEnd === "GoodEnoughPlanFound") return { name, value: "Complete", note: "it ended at a plan that was good enough" };
  if (earlyEnd !== null) return { name, value: "Ended early", note: earlyEnd };
  if (optimization === "TRIVIAL") return { name, value: "Trivial", note: "there was only one plan to choose" };
  return optimization === null ? null : { name, value: "Complete", note: "the search was not cut short" };
}

export function missingIndexText({ table, keys, included, impact }: MissingIndex): string {
  const including = included.length > 0 ? `, including ${listText(included)},` : "";
  const saving = impact === null ? "lower the cost" : `lower the estimated cost by ${impact >= 99.95 ? "100" : decimal(impact)}${thin}%`;
  return `An index on ${table} (${keys.join(", ")})${including} would ${saving}.`;
}

const listText = (names: readonly string[]): string => [names.slice(0, -1).join(", "), ...names.slice(-1)].filter(Boolean).join(" and ");

/** An operator's own part of the cost: a tenth decides while it is small. */
export function shareText(share: number): string {
  return share > 0 && share < 0.1 ? `<${thin}0.1${thin}%` : `${share === 0 || share >= 10 ? Math.round(share) : decimal(share)}${thin}%`;
}

/** What is not nothing does not read as 0. */
export const smallText = (n: number): string => (n > 0 && n < 0.01 ? `<${thin}0.01` : quantity(n));

/** What a limit cuts off is said; nothing where it cuts nothing off. */
export function moreText(rest: number, one: string, many = `${one}s`): string {
  return rest <= 0 ? "" : `${plural(rest, `more ${one}`, `more ${many}`)} ${rest === 1 ? "is" : "are"} not shown`;
}
