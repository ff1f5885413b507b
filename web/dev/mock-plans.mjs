// The plan of one query of the stand-in: the report that waits on prd-eu-sql-014. Another query names a plan that is no longer kept.
import { readFileSync } from "node:fs";
import { iso, notFound, on, serverOf } from "./mock-routes.mjs";

export const planIds = {
  report: `0x06000500${"12AB34CD5E6F7080".repeat(5)}:0:862`,
  gone: `0x05000500${"9A1B2C3D4E5F6071".repeat(5)}:118:-1`,
};
const plan = readFileSync(new URL("mock-plan.sqlplan", import.meta.url), "utf8").replace(/>\s+</g, "><").trim();
export const reportText = /StatementText="([^"]*)"/.exec(plan)[1].replaceAll("&#xa;", "\n").replaceAll("&lt;", "<").replaceAll("&gt;", ">");

on("GET", "/servers/:id/plans/:plan", (c) => {
  if (serverOf(c).engine !== "sqlserver" || c.params.plan !== planIds.report) throw notFound("Plan");
  return { id: c.params.plan, plan, literalsHidden: !c.data.settings.queries.showsLiterals, seenAt: iso(Date.now() - 14_000) };
});
