// What stands in the head of a collector's panel: how its reading is, and the way to more about it.
import type { ReactElement } from "react";
import { StaleBadge } from "../../../components/panel";
import type { QueryState } from "../../../lib/query";
import { setSearch } from "../../../lib/router";
import type { CollectorDetail, CollectorSummary } from "../api/collector-types";
import { CollectorBadge, StaleReading } from "./collector-words";

interface Props {
  /** Whose data the panel shows. */
  query: QueryState<unknown>;
  collector: CollectorSummary;
  detail: CollectorDetail | undefined;
}

export function CollectorTools({ query, collector, detail }: Props): ReactElement {
  return (
    <>
      <StaleBadge query={query} />
      {detail && <StaleReading collector={detail} />}
      {detail?.queryTextHidden && <span className="badge" title="Texts and plans of queries are for operators">Texts hidden</span>}
      {detail && detail.state !== "ok" && <CollectorBadge state={detail.state} message={detail.message} />}
      <button
        className="btn ghost sm"
        type="button"
        aria-label={`About the collector ${collector.title}`}
        onClick={() => setSearch({ tab: "collectors", collector: collector.name }, { replace: false })}
      >
        About
      </button>
    </>
  );
}
