// The actions on one server: the same in the list, on right click and on its page.
import type { Server } from "../../../api/model";
import type { MenuItem } from "../../../components/menu";
import { invalidate } from "../../../lib/query";
import { navigate } from "../../../lib/router";
import { tenantKey, useMay } from "../../../lib/session";
import { toast } from "../../../lib/toasts";
import { asApiError } from "../../../lib/use-action";
import { restoreServer } from "../api/restore-server";
import { startCollection } from "../api/start-collection";
import { stopCollection } from "../api/stop-collection";
import { refreshServers } from "./refresh-servers";
import type { ServerTask } from "./server-dialogs";

export function useServerMenu(onTask: (task: ServerTask) => void, onPage = false): (server: Server) => MenuItem[] {
  const mayManage = useMay("manageServers");
  return (server) => {
    const items: MenuItem[] = [];
    if (!onPage) {
      items.push({ label: "Open", icon: "arrow-right", onSelect: () => navigate(`/servers/${server.id}`) });
      items.push({ label: "Show metrics", icon: "graph-up", shortcut: "M", onSelect: () => navigate(`/servers/${server.id}?tab=metrics`) });
    }
    const copy: MenuItem = {
      label: "Copy connection string",
      icon: "link-45deg",
      onSelect: () => onTask({ what: "connection-string", server }),
    };
    if (server.deletedAt) {
      return mayManage ? [{ label: "Restore server", icon: "arrow-counterclockwise", onSelect: () => void restore(server) }] : [copy];
    }
    if (!mayManage) return [...items, copy];
    if (!onPage) {
      items.push(
        { label: "Test connection", icon: "plug", shortcut: "T", onSelect: () => onTask({ what: "test", server }) },
        { label: "Edit connection", icon: "key", shortcut: "E", onSelect: () => onTask({ what: "edit", server }) },
      );
    }
    items.push(
      copy,
      {
        label: server.deployment === "none" ? "Deploy monitoring objects" : "Deploy again",
        icon: "box-arrow-in-down",
        shortcut: "D",
        onSelect: () => onTask({ what: "deploy", target: { kind: "server", server } }),
      },
      { label: "Edit groups and labels", icon: "tags", shortcut: "L", onSelect: () => onTask({ what: "tags", server }) },
      server.collection.enabled
        ? { label: "Pause collection", icon: "pause-circle", split: true, onSelect: () => void switchCollection(server, false) }
        : { label: "Start collection", icon: "play-circle", split: true, onSelect: () => void switchCollection(server, true) },
    );
    if (!onPage) {
      items.push(
        { label: "Remove server", icon: "trash3", danger: true, split: true, onSelect: () => onTask({ what: "remove", server }) },
      );
    }
    return items;
  };
}

/** Undoes a removal: the server comes back with its groups, labels and metrics. */
export async function restore(server: Server): Promise<void> {
  try {
    const back = await restoreServer(server.id);
    toast("Server restored", back.name === server.name ? back.name : `Its name was taken: it is ${back.name} now.`);
  } catch (error) {
    const { message, code, requestId } = asApiError(error);
    toast("Not restored", `${server.name}: ${message} (${code} ${requestId})`, "critical");
  }
  refreshServers();
}

export async function switchCollection(server: Server, on: boolean): Promise<void> {
  try {
    await (on ? startCollection(server.id) : stopCollection(server.id));
    invalidate(tenantKey("servers"));
    invalidate(tenantKey("health"));
    toast(
      on ? "Collection started" : "Collection paused",
      on ? `${server.name} is collected within a minute.` : `${server.name} shows unknown until it is started again.`,
    );
  } catch (error) {
    const { message, code, requestId } = asApiError(error);
    toast(on ? "Collection was not started" : "Collection was not paused", `${server.name}: ${message} (${code} ${requestId})`, "critical");
  }
}
