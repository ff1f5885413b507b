// The plan of a query that was seen running: what it costs and lacks, its operators, and the file for other tools.
import { type ReactElement, type ReactNode, useMemo } from "react";
import type { Server } from "../../../api/model";
import type { QueryPlan } from "../../../api/types";
import { Ago } from "../../../components/ago";
import { Callout, CopyButton } from "../../../components/bits";
import { Dialog } from "../../../components/dialog";
import { Icon } from "../../../components/icon";
import type { IconName } from "../../../components/icon-names";
import { Empty, QueryView } from "../../../components/panel";
import { fileName } from "../../../lib/csv";
import { count } from "../../../lib/format";
import { refetch } from "../../../lib/query";
import { saveText } from "../../../lib/save-file";
import { queryPlanKey, useQueryPlan } from "../api/read-query-plan";
import { factsOf, missingIndexText, moreText } from "./plan-facts";
import { PlanOperators } from "./plan-operators";
import { type PlanStatement, type PlanTree, planTreeOf } from "./plan-tree";

/** More missing indexes, or warnings, of a statement than these are counted only. */
const noteCountMax = 50;

interface Props {
  server: Pick<Server, "id" | "name">;
  planId: string;
  onClose: () => void;
}

export function PlanDialog({ server, planId, onClose }: Props): ReactElement {
  const query = useQueryPlan(server.id, planId), found = query.data;
  return (
    <Dialog
      title="Query plan"
      onClose={onClose}
      wide
      actions={
        <>
          {found && <FileButtons serverName={server.name} plan={found} />}
          <button className="btn primary" type="button" onClick={onClose}>Close</button>
        </>
      }
    >
      <div className={found || query.loading ? "planbox" : ""} aria-busy={!found && query.loading}>
        {query.error?.status === 404 && !found
          ? (
            <Empty
              icon="clock-history"
              title="The plan is no longer kept"
              text="Plans are kept as long as samples are, and this one is gone. The query shows a new one when it runs long again."
            />
          )
          : (
            <QueryView query={query} what="The plan did not load" retry={() => void refetch(queryPlanKey(server.id, planId))} lines={9}>
              {(plan) => <PlanView plan={plan} serverName={server.name} />}
            </QueryView>
          )}
      </div>
    </Dialog>
  );
}

/** `2026-03-17T14:32:00.000Z` as a file name may have it. */
const stampOf = (at: string): string => `${at.slice(0, 19).replace(/[-:]/g, "")}Z`;

function FileButtons({ serverName, plan }: { serverName: string; plan: QueryPlan }): ReactElement {
  const name = `${fileName(serverName)}-${stampOf(plan.seenAt)}.sqlplan`;
  return (
    <span className="row start">
      <button className="btn sm" type="button" onClick={() => saveText(name, plan.plan, "application/xml;charset=utf-8")}>
        <Icon name="download" />Save as .sqlplan
      </button>
      <CopyButton text={plan.plan} label="Copy XML" />
    </span>
  );
}

function PlanView({ plan, serverName }: { plan: QueryPlan; serverName: string }): ReactElement {
  const tree = useMemo(() => planTreeOf(plan.plan), [plan.plan]), rest = tree ? tree.operatorCount - tree.shownCount : 0;
  const many = tree?.statements.length ?? 0;
  const nameOf = (i: number): string | null => (many > 1 ? `Statement ${count(i + 1)} of ${count(many)}` : null);
  return (
    <>
      <p className="m2 t12">
        {`Of ${serverName}, read `}
        <Ago at={plan.seenAt} />.{many > 0 && " Costs and rows are the optimiser's estimates."}
        {many > 0 && plan.literalsHidden && " Question marks stand for literals."}
      </p>
      {tree === null || many === 0
        ? <NothingToShow tree={tree} />
        : tree.statements.map((s, i) => <Statement key={i} statement={s} name={nameOf(i)} />)}
      {rest > 0 && <p className="m2 t12">{moreText(rest, "operator")}; the file has all.</p>}
    </>
  );
}

function NothingToShow({ tree }: { tree: PlanTree | null }): ReactElement {
  return tree === null
    ? (
      <Callout tone="warning" icon="exclamation-triangle-fill" title="The plan cannot be shown.">
        Its XML is cut off, or of a form that DbTools does not know. Other tools may read it: save it as a file.
      </Callout>
    )
    : (
      <Callout tone="info" icon="info-circle-fill" title="The plan has no operators.">
        The statement reads and writes no table. The file holds what the server said of it.
      </Callout>
    );
}

function Statement({ statement: s, name }: { statement: PlanStatement; name: string | null }): ReactElement {
  const isQuiet = s.warnings.length === 0 && s.missingIndexes.length === 0;
  return (
    <section className="planst" aria-label={name ?? "Statement"}>
      {name && <h3>{name}</h3>}
      {s.text && <p className="mono ell" title={s.text}>{s.text.replace(/\s+/g, " ")}</p>}
      <dl className="facts plan">
        {factsOf(s).map((f) => (
          <div key={f.name}>
            <dt>{f.name}</dt>
            <dd className={f.isWarning ? "warn" : ""}>
              {f.isWarning && <Icon name="exclamation-triangle-fill" />}
              {f.value}
            </dd>
            <dd className="note">{f.note}</dd>
          </div>
        ))}
      </dl>
      {s.warnings.length > 0 && (
        <Notes title="Warnings" more={moreText(s.warnings.length - noteCountMax, "warning")}>
          {s.warnings.slice(0, noteCountMax).map((w, i) => (
            <Note key={i} icon="exclamation-triangle-fill" tone="warning">
              {w.operator && <b>{`${w.operator}: `}</b>}
              {w.text}
              {w.detail && <code className="wrap">{w.detail}</code>}
            </Note>
          ))}
        </Notes>
      )}
      {s.missingIndexes.length > 0 && (
        <Notes title="Missing indexes" more={moreText(s.missingIndexes.length - noteCountMax, "missing index", "missing indexes")}>
          {s.missingIndexes.slice(0, noteCountMax).map((m, i) => <Note key={i} icon="table" tone="info">{missingIndexText(m)}</Note>)}
        </Notes>
      )}
      {isQuiet && <p className="m2 t12">The optimiser warns of nothing, and misses no index.</p>}
      <div className="plannotes">
        <h3>Operators</h3>
        <PlanOperators operators={s.operators} label={name ? `Operators of ${name.toLowerCase()}` : "Operators"} />
      </div>
    </section>
  );
}

function Notes({ title, more, children }: { title: string; more: string; children: ReactNode }): ReactElement {
  return (
    <div className="plannotes">
      <h3>{title}</h3>
      <ul>{children}</ul>
      {more && <p className="m2 t12">{more}</p>}
    </div>
  );
}

function Note({ icon, tone, children }: { icon: IconName; tone: "warning" | "info"; children: ReactNode }): ReactElement {
  return (
    <li data-s={tone}>
      <Icon name={icon} />
      <span>{children}</span>
    </li>
  );
}
