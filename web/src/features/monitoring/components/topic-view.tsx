// The list of a server's collectors, once it is there, for the tabs that show some of them.
import type { ReactElement, ReactNode } from "react";
import type { Server } from "../../../api/model";
import { Empty, Failure, Skeleton } from "../../../components/panel";
import { refetch } from "../../../lib/query";
import { collectorsKey, useCollectors } from "../api/list-collectors";
import type { CollectorSummary } from "../api/collector-types";
import { collectorsOf, type Topic } from "./topics";
import { whyNoRows } from "./why-no-data";

interface Props {
  server: Server;
  topic: Topic;
  /** What the engine does not tell, if it has no such collector. */
  what: string;
  children: (collectors: readonly CollectorSummary[]) => ReactNode;
}

export function TopicView({ server, topic, what, children }: Props): ReactElement {
  const query = useCollectors(server.id);
  if (!query.data) {
    return (
      <section className="panel vflex tall" aria-label="Collectors">
        {query.error
          ? <Failure what="The collectors did not load" error={query.error} retry={() => void refetch(collectorsKey(server.id))} />
          : <Skeleton lines={8} />}
      </section>
    );
  }
  const list = collectorsOf(topic, query.data);
  if (list.length === 0) {
    const { title, text } = whyNoRows(server, undefined, what);
    return (
      <section className="panel vflex tall" aria-label={title}>
        <Empty icon="inbox" title={title} text={text} />
      </section>
    );
  }
  return <>{children(list)}</>;
}
