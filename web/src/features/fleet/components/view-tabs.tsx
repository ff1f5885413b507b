// The saved views of the server list as tabs: open, save, update, share, rename, delete.
import { type ReactElement, useState } from "react";
import type { ServerView } from "../../../api/model";
import { ConfirmDialog, Dialog } from "../../../components/dialog";
import { CheckRow, TextField } from "../../../components/field";
import { Icon } from "../../../components/icon";
import { MenuButton, type MenuItem } from "../../../components/menu";
import { ErrorCallout } from "../../../components/panel";
import { refetch } from "../../../lib/query";
import { Link, navigate, setSearch, useSearch } from "../../../lib/router";
import { useMay } from "../../../lib/session";
import { toast } from "../../../lib/toasts";
import { asApiError, useAction } from "../../../lib/use-action";
import { deleteView } from "../api/delete-view";
import { useViews, viewsKey } from "../api/list-views";
import { changeView, createView } from "../api/save-view";
import { differs, hrefOf, requestOf, type ViewState } from "./views";

/** As many as stand in the row; the others are in its menu. */
const tabCountMax = 6;

type Open = { what: "save" } | { what: "rename" | "delete"; view: ServerView } | null;

export function ViewTabs({ state, active }: { state: ViewState; active: boolean }): ReactElement {
  const query = useViews(), views = query.data ?? [], chosen = useSearch().get("view"), [open, setOpen] = useState<Open>(null);
  const current = views.find((v) => v.id === chosen), changed = current !== undefined && differs(current, state), close = (): void => setOpen(null);
  const first = views.slice(0, tabCountMax), shown = current && !first.includes(current) ? [...first.slice(0, -1), current] : first;
  const rest = views.filter((v) => !shown.includes(v));
  return (
    <>
      <nav className="tabs views" aria-label="Views">
        <Link href="/servers" aria-current={!current && !active ? "page" : undefined}>All servers</Link>
        {shown.map((v) => (
          <Link key={v.id} href={hrefOf(v)} aria-current={v === current ? "page" : undefined} title={v.mine ? undefined : `Shared by ${v.owner}`}>
            {v.name}
            {v.shared && <Icon name="people" />}
            {v === current && changed && <span className="m3 t12">changed</span>}
          </Link>
        ))}
        {rest.length > 0 && (
          <MenuButton
            className="btn ghost sm"
            label="More views"
            items={rest.map((v) => ({ label: v.name, icon: v.shared ? "people" : "bookmark", onSelect: () => navigate(hrefOf(v)) }))}
          >
            {rest.length} more
            <Icon name="chevron-down" />
          </MenuButton>
        )}
        {current && <ViewMenu view={current} state={state} changed={changed} onOpen={setOpen} />}
        {active && (!current || changed) && (
          <button className="btn ghost sm" type="button" onClick={() => setOpen({ what: "save" })}>
            <Icon name="bookmark" />Save view
          </button>
        )}
        {query.error && !query.data && <span className="m3 t12">Views did not load ({query.error.code})</span>}
      </nav>
      {open?.what === "save" && <SaveDialog state={state} onClose={close} />}
      {open?.what === "rename" && <SaveDialog view={open.view} state={state} onClose={close} />}
      {open?.what === "delete" && <DeleteDialog view={open.view} onClose={close} />}
    </>
  );
}

interface MenuProps {
  view: ServerView;
  state: ViewState;
  changed: boolean;
  onOpen: (open: Open) => void;
}

function ViewMenu({ view, state, changed, onOpen }: MenuProps): ReactElement | null {
  const mayShare = useMay("manageServers"), admin = useMay("manageSettings"), mine = view.mine || (view.shared && admin);
  const change = async (done: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
      toast(done, view.name);
    } catch (error) {
      const { message, code, requestId } = asApiError(error);
      toast("The view was not changed", `${message} (${code} ${requestId})`, "critical");
    }
    await refetch(viewsKey());
  };
  const items: MenuItem[] = [];
  if (changed) items.push({ label: "Back to the saved filter", icon: "arrow-counterclockwise", onSelect: () => navigate(hrefOf(view)) });
  if (mine) {
    if (changed) {
      items.push({
        label: "Save the present filter in it",
        icon: "bookmark",
        onSelect: () => void change("View saved", () => changeView(view.id, requestOf(state))),
      });
    }
    items.push({ label: "Rename", icon: "pencil", onSelect: () => onOpen({ what: "rename", view }) });
    if (mayShare) {
      items.push({
        label: view.shared ? "Stop sharing" : "Share with this tenant",
        icon: "share",
        onSelect: () => void change(view.shared ? "View is yours alone" : "View shared", () => changeView(view.id, { shared: !view.shared })),
      });
    }
    items.push({ label: "Delete view", icon: "trash3", danger: true, split: true, onSelect: () => onOpen({ what: "delete", view }) });
  }
  if (items.length === 0) return null;
  return (
    <MenuButton className="btn ghost xs icon" label={`Actions for the view ${view.name}`} items={items}>
      <Icon name="three-dots" />
    </MenuButton>
  );
}

function SaveDialog({ view, state, onClose }: { view?: ServerView; state: ViewState; onClose: () => void }): ReactElement {
  const [name, setName] = useState(view?.name ?? ""), [shared, setShared] = useState(view?.shared ?? false), [checked, setChecked] = useState(false);
  const mayShare = useMay("manageServers"), fault = name.trim() ? undefined : "Enter a name";
  const action = useAction(async () => {
    const saved = view
      ? await changeView(view.id, { name: name.trim(), shared })
      : await createView({ name: name.trim(), shared, ...requestOf(state) });
    await refetch(viewsKey());
    toast(view ? "View renamed" : "View saved", saved.name);
    setSearch({ view: saved.id });
    onClose();
  });
  return (
    <Dialog
      title={view ? `Rename ${view.name}` : "Save this view"}
      onClose={onClose}
      onSubmit={() => {
        setChecked(true);
        if (!fault) void action.run();
      }}
      actions={
        <>
          <button className="btn" type="button" onClick={onClose}>Cancel</button>
          <button className="btn primary" type="submit" aria-disabled={action.busy}>{view ? "Save name" : "Save view"}</button>
        </>
      }
    >
      <TextField
        label="Name"
        value={name}
        onValue={setName}
        maxLength={100}
        autoComplete="off"
        fault={(checked ? fault : undefined) ?? action.fieldFaults.name}
        hint={view ? undefined : "Keeps search, filters and order"}
      />
      {mayShare && (
        <CheckRow label="Share with everybody in this tenant" checked={shared} onChecked={setShared} hint="Others see it; only you and administrators change it" />
      )}
      <ErrorCallout error={action.error} title="The view was not saved." />
    </Dialog>
  );
}

function DeleteDialog({ view, onClose }: { view: ServerView; onClose: () => void }): ReactElement {
  const action = useAction(async () => {
    await deleteView(view.id);
    await refetch(viewsKey());
    toast("View deleted", view.name);
    setSearch({ view: null });
    onClose();
  });
  return (
    <ConfirmDialog title={`Delete the view ${view.name}?`} verb="Delete view" danger busy={action.busy} onConfirm={() => void action.run()} onClose={onClose}>
      <p className="m2">
        {view.shared ? "It goes for everybody in this tenant. " : ""}Servers are not touched.
      </p>
      <ErrorCallout error={action.error} title="The view was not deleted." />
    </ConfirmDialog>
  );
}
