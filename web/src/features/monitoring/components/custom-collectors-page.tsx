// The collectors that the tenant made: how each fares on its servers, on and off, edit, delete.
import { type ReactElement, useState } from "react";
import type { CustomCollector } from "../../../api/types";
import { Icon } from "../../../components/icon";
import { ConfirmDialog } from "../../../components/dialog";
import { MenuButton } from "../../../components/menu";
import { Empty, ErrorCallout, PageHead, QueryView, StaleBadge } from "../../../components/panel";
import { EngineMark } from "../../../components/status";
import { count, plural } from "../../../lib/format";
import { refetch } from "../../../lib/query";
import { Link, navigate } from "../../../lib/router";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { deleteCustomCollector } from "../api/delete-custom-collector";
import { customCollectorCountMax, customCollectorsKey, useCustomCollectors } from "../api/list-custom-collectors";
import { changeCustomCollector } from "../api/save-custom-collector";
import { cadenceChoices } from "./custom-form";

export function CustomCollectorsPage(): ReactElement {
  const query = useCustomCollectors(), all = query.data ?? [], [leaving, setLeaving] = useState<CustomCollector | null>(null);
  const full = all.length >= customCollectorCountMax;
  return (
    <>
      <PageHead
        title="Custom collectors"
        sub={query.data && all.length > 0
          ? `${all.length} of at most ${customCollectorCountMax}, collected like those of DbTools`
          : "What DbTools does not collect by itself: a SELECT of your own"}
      >
        <StaleBadge query={query} />
        <button
          className="btn primary"
          type="button"
          aria-disabled={full}
          title={full ? `There are ${customCollectorCountMax}, which is the most: delete one first` : undefined}
          onClick={() => !full && navigate("/collectors/new")}
        >
          <Icon name="plus-lg" />New collector
        </button>
      </PageHead>
      <section className="panel vflex tall" aria-label="Custom collectors" aria-busy={query.loading && !query.data}>
        <QueryView query={query} what="The collectors did not load" retry={() => void refetch(customCollectorsKey())} lines={6}>
          {() =>
            all.length === 0
              ? (
                <Empty
                  icon="table"
                  title="No collectors of your own yet"
                  text="The length of a queue, the age of the last import, the size of a table: what a SELECT can tell is collected, charted and exported."
                >
                  <button className="btn sm primary" type="button" onClick={() => navigate("/collectors/new")}>New collector</button>
                </Empty>
              )
              : <List collectors={all} onDelete={setLeaving} />}
        </QueryView>
      </section>
      {leaving && <DeleteDialog collector={leaving} onClose={() => setLeaving(null)} />}
    </>
  );
}

function List({ collectors, onDelete }: { collectors: readonly CustomCollector[]; onDelete: (c: CustomCollector) => void }): ReactElement {
  return (
    <div className="sx" tabIndex={0} role="region" aria-label="Custom collectors table">
      <table className="tbl" aria-label="Custom collectors">
        <thead>
          <tr>
            <th>Collector</th>
            <th className="hide8">Name</th>
            <th>Runs</th>
            <th className="hide8">On</th>
            <th>Last runs</th>
            <th>
              <span className="vh">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>{collectors.map((c) => <CollectorRow key={c.id} collector={c} onDelete={() => onDelete(c)} />)}</tbody>
      </table>
    </div>
  );
}

function CollectorRow({ collector: c, onDelete }: { collector: CustomCollector; onDelete: () => void }): ReactElement {
  const turn = useAction(async () => {
    await changeCustomCollector(c.id, { enabled: !c.enabled });
    await refetch(customCollectorsKey());
    toast(c.enabled ? "Collector switched off" : "Collector switched on", c.title);
  });
  const edit = (): void => navigate(`/collectors/${c.id}`);
  return (
    <tr>
      <td>
        <span className="row">
          <EngineMark engine={c.engine} />
          <Link className="srv" href={`/collectors/${c.id}`} title={c.purpose || undefined}>{c.title}</Link>
        </span>
      </td>
      <td className="hide8 mono">{c.name}</td>
      <td className="m2">{cadenceChoices.find(([key]) => key === c.cadence)?.[1]}</td>
      <td className="hide8 m2">{c.groupIds ? plural(c.groupIds.length, "group") : "All servers"}</td>
      <td>
        <LastRuns collector={c} />
        {turn.error && <span className="err">{turn.error.message}</span>}
      </td>
      <td className="acts">
        <MenuButton
          className="btn ghost xs icon"
          label={`Actions for ${c.title}`}
          items={[
            { label: "Edit", icon: "pencil", onSelect: edit },
            c.enabled
              ? { label: "Switch off", icon: "pause-circle", onSelect: () => void turn.run() }
              : { label: "Switch on", icon: "play-circle", onSelect: () => void turn.run() },
            { label: "Delete collector", icon: "trash3", danger: true, split: true, onSelect: onDelete },
          ]}
        >
          <Icon name="three-dots" />
        </MenuButton>
      </td>
    </tr>
  );
}

function LastRuns({ collector: c }: { collector: CustomCollector }): ReactElement {
  const { ok, cut_off: cut, failed, no_permissions: denied } = c.serverCounts, bad = failed + denied, all = ok + cut + bad;
  if (!c.enabled) return <span className="badge" data-s="unknown">Switched off</span>;
  if (all === 0) return <span className="m3">Not run yet</span>;
  return (
    <div className="runs">
      <span className="status" data-s={bad > 0 ? "critical" : cut > 0 ? "warning" : "healthy"}>
        <Icon name={bad > 0 ? "x-octagon-fill" : cut > 0 ? "exclamation-triangle-fill" : "check-circle-fill"} />
        {bad > 0 ? `${count(bad)} of ${plural(all, "server")} failed` : cut > 0 ? `${count(cut)} of ${plural(all, "server")} cut off` : plural(all, "server")}
      </span>
      {bad > 0 && c.problem && (
        <>
          <Link className="t12" href={`/servers/${c.problem.serverId}?tab=collectors&collector=${c.name}`}>{c.problem.serverName}</Link>
          <span className="m3 t12">{c.problem.message}</span>
        </>
      )}
    </div>
  );
}

function DeleteDialog({ collector: c, onClose }: { collector: CustomCollector; onClose: () => void }): ReactElement {
  const action = useAction(async () => {
    await deleteCustomCollector(c.id);
    await refetch(customCollectorsKey());
    toast("Collector deleted", c.title);
    onClose();
  });
  return (
    <ConfirmDialog title={`Delete ${c.title}?`} verb="Delete collector" danger busy={action.busy} onConfirm={() => void action.run()} onClose={onClose}>
      <p>
        It is not run any more, and its newest rows go. Series that it collected stay stored until they are as old as metrics are kept, and are not
        shown; its metrics keep their names.
      </p>
      <ErrorCallout error={action.error} title="The collector was not deleted." />
    </ConfirmDialog>
  );
}
