// A query plan in parts that can be read, from Microsoft's showplan XML: statements, their operators as a tree with shares of the cost,
// what the optimiser missed and what it warns of. Pure. The format: http://schemas.microsoft.com/sqlserver/2004/07/showplan
import { type PlanWarning, warningsIn } from "./plan-warnings";
import { child, isSet, named, nameIn, numberIn } from "./showplan";

/** More operators than these are counted, and not shown. */
export const operatorCountMax = 2_000;

export interface PlanOperator {
  name: string;
  /** What it does, where its name does not say. */
  logical: string | null;
  /** database.schema.table.index */
  object: string | null;
  /** An update writes several indexes: so many beside `object`. */
  otherObjectCount: number;
  /** Estimated, of each time that it runs. */
  rows: number | null;
  /** Of the statement's cost, in percent, without what its inputs cost. */
  share: number | null;
  isParallel: boolean;
  isCostliest: boolean;
  hasWarning: boolean;
  depth: number;
  /** For each level above: whether an operator there has more inputs further down. */
  openLevels: readonly boolean[];
  /** Of the inputs of the operator above it. */
  isLast: boolean;
}

export interface MissingIndex {
  table: string;
  keys: readonly string[];
  included: readonly string[];
  /** By how much the cost would fall, in percent. */
  impact: number | null;
}

/** In KiB, as far as the plan has them: a plan that has not run knows only what it would want. */
export interface MemoryGrant {
  needed: number | null;
  wanted: number | null;
  granted: number | null;
  used: number | null;
}

export interface PlanStatement {
  text: string;
  cost: number | null;
  /** That it ran with; a plan from the cache does not have it. */
  degree: number | null;
  /** Processors that its costs were worked out for. */
  costedDegree: number | null;
  whySerial: string | null;
  memory: MemoryGrant | null;
  optimization: string | null;
  earlyEnd: string | null;
  missingIndexes: readonly MissingIndex[];
  warnings: readonly PlanWarning[];
  operators: readonly PlanOperator[];
}

export interface PlanTree {
  /** Those that have operators. */
  statements: readonly PlanStatement[];
  operatorCount: number;
  shownCount: number;
}

/** `null`: it is no showplan. */
export function planTreeOf(xml: string): PlanTree | null {
  const page = new DOMParser().parseFromString(xml, "application/xml");
  if (page.getElementsByTagName("parsererror").length > 0 || page.documentElement?.localName !== "ShowPlanXML") return null;
  const statements: PlanStatement[] = [];
  let operatorCount = 0, shownCount = 0;
  for (const plan of named(page, "QueryPlan")) {
    const found = operatorsIn(plan), operators = treeOf(found, statementAround(plan), operatorCountMax - shownCount);
    operatorCount += found.length;
    shownCount += operators.length;
    if (operators.length > 0) statements.push(statementOf(plan, found, operators));
  }
  return { statements, operatorCount, shownCount };
}

/** An operator while the tree is being read. */
interface Found {
  element: Element;
  name: string;
  depth: number;
  cost: number | null;
  inputCost: number;
  objects: Element[];
  warnings: Element | null;
}

/** An operator comes before its inputs, as in the document. No recursion: a plan may be as deep as it is long. */
function operatorsIn(plan: Element): Found[] {
  const found: Found[] = [], waiting: [element: Element, owner: Found | null][] = [[plan, null]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [element, owner] = next;
    let inside = owner;
    if (element.localName === "RelOp") {
      const cost = numberIn(element, "EstimatedTotalSubtreeCost");
      const depth = owner ? owner.depth + 1 : 0, warnings = child(element, "Warnings");
      inside = { element, name: operatorName(element), depth, cost, inputCost: 0, objects: [], warnings };
      if (owner) owner.inputCost += cost ?? 0;
      found.push(inside);
    } else if (element.localName === "Object" && owner && element.parentElement?.parentElement === owner.element) {
      owner.objects.push(element);
    }
    for (const inner of [...element.children].reverse()) waiting.push([inner, inside]);
  }
  return found;
}

/** A lookup is a seek in the XML, told by an attribute; who reads plans knows it by its own name. */
function operatorName(element: Element): string {
  const isLookup = isSet(child(element, "IndexScan"), "Lookup"), name = element.getAttribute("PhysicalOp") || "Operator";
  return isLookup && /^Clustered/.test(name) ? "Key Lookup" : name;
}

function treeOf(found: readonly Found[], statement: Element | null, countMax: number): PlanOperator[] {
  const whole = found[0]?.cost ?? numberIn(statement, "StatementSubTreeCost"), own = found.map(ownCost);
  // Not by Math.max(...own): a call takes only so many arguments.
  const most = own.reduce<number>((max, cost) => Math.max(max, cost ?? 0), 0), costliest = most > 0 ? own.indexOf(most) : -1;
  const shown = found.slice(0, Math.max(0, countMax)), levels = levelsOf(shown);
  return shown.map((f, i) => {
    const cost = own[i] ?? null, [first, ...others] = f.objects, logical = f.element.getAttribute("LogicalOp");
    return {
      name: f.name,
      logical: logical && logical !== f.element.getAttribute("PhysicalOp") ? logical : null,
      object: first ? nameIn(first, "Database", "Schema", "Table", "Index") || null : null,
      otherObjectCount: others.length,
      rows: numberIn(f.element, "EstimateRows"),
      share: cost === null || !whole ? null : Math.min(100, (cost / whole) * 100),
      isParallel: isSet(f.element, "Parallel"),
      isCostliest: i === costliest,
      hasWarning: f.warnings !== null,
      depth: f.depth,
      ...levels[i] ?? { openLevels: [], isLast: true },
    };
  });
}

/** Rounded costs may leave an operator less than nothing. */
const ownCost = (f: Found): number | null => (f.cost === null ? null : Math.max(0, f.cost - f.inputCost));

/** What the lines of the tree need to know, from the last operator up. */
function levelsOf(found: readonly Found[]): Pick<PlanOperator, "openLevels" | "isLast">[] {
  const open: boolean[] = [], levels: Pick<PlanOperator, "openLevels" | "isLast">[] = [];
  for (const { depth } of [...found].reverse()) {
    const openLevels = Array.from({ length: Math.min(depth, levelCountMax) }, (_, level) => open[level] === true);
    levels.push({ openLevels, isLast: open[depth] !== true });
    open.length = Math.min(open.length, depth);
    open[depth] = true;
  }
  return levels.reverse();
}

/** Deeper ones are drawn at this level: a screen has an end. */
export const levelCountMax = 32;

function statementAround(plan: Element): Element | null {
  let around = plan.parentElement;
  while (around && !around.localName.startsWith("Stmt")) around = around.parentElement;
  return around;
}

function statementOf(plan: Element, found: readonly Found[], operators: readonly PlanOperator[]): PlanStatement {
  const statement = statementAround(plan), of = (name: string): string | null => statement?.getAttribute(name) || null;
  const warnings = [warningsIn(child(plan, "Warnings"), null), ...found.map((f) => warningsIn(f.warnings, f.name))];
  return {
    text: of("StatementText") ?? "",
    cost: numberIn(statement, "StatementSubTreeCost") ?? found[0]?.cost ?? null,
    degree: numberIn(plan, "DegreeOfParallelism"),
    costedDegree: numberIn(child(plan, "OptimizerHardwareDependentProperties"), "EstimatedAvailableDegreeOfParallelism"),
    whySerial: plan.getAttribute("NonParallelPlanReason"),
    memory: memoryOf(plan),
    optimization: of("StatementOptmLevel"),
    earlyEnd: of("StatementOptmEarlyAbortReason"),
    missingIndexes: named(plan, "MissingIndexGroup").flatMap(missingIndexesOf),
    warnings: warnings.flat(),
    operators,
  };
}

function memoryOf(plan: Element): MemoryGrant | null {
  const info = child(plan, "MemoryGrantInfo"), granted = numberIn(info, "GrantedMemory") ?? numberIn(plan, "MemoryGrant");
  if (!info && granted === null) return null;
  return {
    needed: numberIn(info, "SerialRequiredMemory"),
    wanted: numberIn(info, "DesiredMemory") ?? numberIn(info, "SerialDesiredMemory"),
    granted,
    used: numberIn(info, "MaxUsedMemory"),
  };
}

function missingIndexesOf(group: Element): MissingIndex[] {
  return named(group, "MissingIndex").map((index) => {
    const all = named(index, "Column"), columns = (usage: string): string[] =>
      all.filter((c) => c.parentElement?.getAttribute("Usage") === usage).map((c) => nameIn(c, "Name"));
    return {
      table: nameIn(index, "Database", "Schema", "Table"),
      // Columns that are compared for equality lead a key.
      keys: [...columns("EQUALITY"), ...columns("INEQUALITY")],
      included: columns("INCLUDE"),
      impact: numberIn(group, "Impact"),
    };
  });
}
