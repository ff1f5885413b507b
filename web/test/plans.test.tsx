// Query plans: the tree, what it costs and lacks, in words; and XML that is no plan.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const { operatorCountMax, planTreeOf } = await import("../src/features/monitoring/components/plan-tree");
const { cellText, matchingRows, rowsCsv, shownColumns } = await import("../src/features/monitoring/components/collector-cells");
const { factsOf, missingIndexText, moreText, shareText, smallText } = await import("../src/features/monitoring/components/plan-facts");

const namespace = "http://schemas.microsoft.com/sqlserver/2004/07/showplan";
type Statement = NonNullable<ReturnType<typeof planTreeOf>>["statements"][number];
const showplan = (statements: string): string =>
  `<ShowPlanXML xmlns="${namespace}"><BatchSequence><Batch><Statements>${statements}</Statements></Batch></BatchSequence></ShowPlanXML>`;
/** The plan of one statement, of what stands in its QueryPlan. */
const planXml = (inside: string, statement = "", plan = ""): string =>
  showplan(`<StmtSimple ${statement}><QueryPlan ${plan}>${inside}</QueryPlan></StmtSimple>`);
function statementIn(inside: string, statement = "", plan = ""): Statement {
  const found = planTreeOf(planXml(inside, statement, plan))?.statements[0];
  assert.ok(found);
  return found;
}
const relOp = (name: string, cost: number, inside = ""): string =>
  `<RelOp PhysicalOp="${name}" LogicalOp="${name}" EstimatedTotalSubtreeCost="${cost}"><Operator>${inside}</Operator></RelOp>`;
/** Not with its thin spaces, which nobody sees in a test. */
const words = (s: Statement): string[] => factsOf(s).map((f) => `${f.name}: ${f.value}, ${f.note}`.replaceAll("\u202f", ""));

test("a plan is a tree with each operator's own share of the cost", () => {
  const tree = planTreeOf(readFileSync("dev/mock-plan.sqlplan", "utf8")), statement = tree?.statements[0];
  assert.ok(tree && statement);
  assert.deepEqual([tree.statements.length, tree.operatorCount, tree.shownCount], [1, 12, 12]);
  const operators = statement.operators;
  assert.deepEqual(operators.map((o) => `${o.depth} ${o.name}${o.logical ? ` (${o.logical})` : ""}`), [
    "0 Parallelism (Gather Streams)",
    "1 Sort",
    "2 Hash Match (Aggregate)",
    "3 Hash Match (Inner Join)",
    "4 Parallelism (Repartition Streams)",
    "5 Nested Loops (Inner Join)",
    "6 Nested Loops (Inner Join)",
    "7 Index Scan",
    "7 Key Lookup",
    "6 Index Seek",
    "4 Parallelism (Repartition Streams)",
    "5 Clustered Index Scan",
  ]);
  assert.equal(operators[8]?.object, "orders.dbo.OrderHeader.PK_OrderHeader");
  assert.equal(operators[3]?.object, null);
  assert.ok(Math.abs(operators.reduce((sum, o) => sum + (o.share ?? 0), 0) - 100) < 0.001);
  assert.deepEqual(operators.filter((o) => o.isCostliest).map((o) => o.name), ["Clustered Index Scan"]);
  assert.deepEqual(operators.filter((o) => o.hasWarning).map((o) => o.name), ["Clustered Index Scan"]);
  // Of the hash join's two inputs the first goes on below, as a line beside all that stands under it.
  assert.deepEqual(operators.map((o) => o.isLast), [true, true, true, true, false, true, false, false, true, true, true, true]);
  assert.deepEqual(operators[7]?.openLevels, [false, false, false, false, true, false, true]);
  assert.deepEqual(words(statement), [
    "Estimated cost: 215, in the optimiser's own unit",
    "Parallelism: Parallel, costs worked out for degree 4",
    "Memory grant: 181.9 MiB, wanted; needs 2.0 MiB at least",
    "Compilation: Timed out, the search was cut short: there may be a better plan",
  ]);
  assert.deepEqual(statement.missingIndexes.map((i) => missingIndexText(i).replaceAll("\u202f", "")), [
    "An index on orders.dbo.OrderLine (ShippedAt), including OrderId and Quantity, would lower the estimated cost by 62.4%.",
  ]);
  assert.deepEqual(statement.warnings, [
    {
      text: "An implicit conversion of types may keep an index from being used: compare values of the same type.",
      detail: "CONVERT_IMPLICIT(nvarchar(20),[h].[CustomerCode],?)=[@p1]",
      operator: null,
    },
    {
      text: "There are no statistics of orders.dbo.OrderLine.ShippedAt: the number of rows is a guess.",
      detail: null,
      operator: "Clustered Index Scan",
    },
  ]);
});
test("a plan that ran says its degree and memory, a serial one why", () => {
  const memory = (attributes: string): string => `<MemoryGrantInfo ${attributes}/>`, op = relOp("Sort", 1);
  const ran = statementIn(memory('GrantedMemory="2048" MaxUsedMemory="1024"') + op, 'StatementOptmLevel="FULL"', 'DegreeOfParallelism="8"');
  assert.deepEqual(words(ran), [
    "Estimated cost: 1, in the optimiser's own unit",
    "Parallelism: Degree 8, threads for each parallel branch",
    "Memory grant: 2.0 MiB, granted; 1.0 MiB used at most",
    "Compilation: Complete, the search was not cut short",
  ]);
  const none = memory('SerialRequiredMemory="0" SerialDesiredMemory="0"');
  const serial = statementIn(none + op, "", 'NonParallelPlanReason="MaxDOPSetToOne"');
  assert.deepEqual(words(serial).slice(1), [
    "Parallelism: Serial, the maximum degree is set to 1",
    "Memory grant: None, nothing is sorted or hashed in memory",
  ]);
  const early = 'StatementOptmEarlyAbortReason="MemoryLimitExceeded"';
  const small = statementIn(relOp("Scan", 0.003), early, 'NonParallelPlanReason="NewReason"');
  assert.deepEqual(words(small), [
    "Estimated cost: <0.01, in the optimiser's own unit",
    "Parallelism: Serial, NewReason",
    "Compilation: Out of memory, the search was cut short: there may be a better plan",
  ]);
});
test("each warning reads in plain words, one that is new too", () => {
  const inside = '<Warnings NoJoinPredicate="1" SpatialGuess="0">'
    + '<SpillToTempDb SpillLevel="2" SpilledThreadCount="4"/><SortSpillDetails WritesToTempDb="1234"/>'
    + '<Wait WaitType="Memory Grant" WaitTime="12"/><PlanAffectingConvert ConvertIssue="Cardinality Estimate" Expression="CONVERT(int,[a],?)"/>'
    + '<MemoryGrantWarning GrantWarningKind="Excessive Grant" GrantedMemory="1048576" MaxUsedMemory="8192"/>'
    + "<Brandnew/><constructor/></Warnings>";
  assert.deepEqual(statementIn(`<RelOp PhysicalOp="Sort" EstimatedTotalSubtreeCost="1">${inside}</RelOp>`).warnings.map((w) => w.text), [
    "Two inputs are joined without a condition: each row of one meets every row of the other.",
    "Spilled to tempdb (level 2, 4 threads): the memory grant was too small for its rows.",
    "The sort wrote 1,234 pages to tempdb.",
    "Waited 12 s for its memory grant.",
    "A conversion of types makes the estimated rows unreliable: compare values of the same type.",
    "Far more memory was granted than used (1.0 GiB granted, 8.0 MiB used).",
    "A warning that DbTools has no words for: Brandnew.",
    "A warning that DbTools has no words for: constructor.",
  ]);
});
test("what is no plan is told from a plan without operators, and costs may be missing", () => {
  assert.equal(planTreeOf(planXml(relOp("Sort", 1)).slice(0, -40)), null);
  assert.equal(planTreeOf(""), null);
  assert.equal(planTreeOf("<html><body><img src='x' onerror='alert(1)'/></body></html>"), null);
  assert.deepEqual(planTreeOf(planXml("")), { statements: [], operatorCount: 0, shownCount: 0 });
  const [bare] = statementIn('<RelOp PhysicalOp="[odd]"><Update><Object Table="[a]]b]"/><Object Table="[c]"/></Update></RelOp>').operators;
  assert.deepEqual([bare?.share, bare?.rows, bare?.isCostliest, bare?.object, bare?.otherObjectCount], [null, null, false, "a]b", 1]);
  const [outer] = statementIn(relOp("Top", 1, relOp("Scan", 1.2))).operators;
  assert.equal(outer?.share, 0);
});
test("a plan of any length and depth is read, and shown up to a limit", () => {
  const wide = planTreeOf(planXml(relOp("Concatenation", 9_000, relOp("Scan", 1).repeat(operatorCountMax + 500))));
  assert.deepEqual([wide?.operatorCount, wide?.shownCount], [operatorCountMax + 501, operatorCountMax]);
  assert.equal(wide?.statements[0]?.operators.length, operatorCountMax);
  let chain = relOp("Scan", 1);
  for (let i = 0; i < 1_500; i++) chain = relOp("Compute Scalar", 1, chain);
  const deep = planTreeOf(planXml(chain))?.statements[0]?.operators;
  assert.equal(deep?.[1_500]?.depth, 1_500);
  assert.equal(deep?.[1_500]?.openLevels.length, 32);
  const three = planTreeOf(showplan(`<StmtSimple><QueryPlan>${relOp("Scan", 1)}</QueryPlan></StmtSimple>`.repeat(3)));
  assert.equal(three?.statements.length, 3);
});
test("small shares and counts are not rounded to nothing", () => {
  const texts = [shareText(0), shareText(0.04), shareText(2.345), shareText(69.2), smallText(0.004), smallText(4_812_000)];
  assert.deepEqual(texts.map((t) => t.replaceAll("\u202f", "")), ["0%", "<0.1%", "2.3%", "69%", "<0.01", "4,812,000"]);
  const rests = [moreText(-3, "warning"), moreText(1, "missing index", "missing indexes"), moreText(401, "operator")];
  assert.deepEqual(rests, ["", "1 more missing index is not shown", "401 more operators are not shown"]);
});
test("a cell of a plan reads as its button does, and goes into a file as its id", () => {
  const given = { name: "query_plan", kind: "plan", unit: null, metric: null, description: "" } as const;
  const [column] = shownColumns([given]), [hidden] = shownColumns([given], true), rows = [["0x06:0:-1"], [null]];
  assert.ok(column && hidden);
  assert.deepEqual([cellText(column, "0x06:0:-1"), cellText(column, null)], ["Plan", "\u2013"]);
  assert.equal(rowsCsv([column], rows), "\ufeffquery_plan\r\n0x06:0:-1\r\n\r\n");
  assert.equal(matchingRows(rows, [column], "plan").length, 1);
  // To who may not see texts of queries a plan is not missing, but withheld.
  assert.equal(column.none, "No plan was kept: only those of long statements are read");
  assert.equal(hidden.none, "Plans of queries are for operators");
});
