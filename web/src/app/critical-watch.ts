// Which servers have just turned critical: by an event of the stream, or by a difference between two answers when the stream is down.
import type { Health, ServerHealth } from "../api/model";
import { mayNotify } from "../lib/preferences";
import { navigate } from "../lib/router";
import { session } from "../lib/session";

export interface TurnedCritical {
  serverId: string;
  name: string;
  reasons: readonly string[];
}

/** Each of many servers that turn together has an event of its own: so long the first one's notification waits for the others. */
const gatherMs = 1_500;

/** Each turn is told once, whichever way it is heard of first. */
export class CriticalWatch {
  private readonly known = new Map<string, Health>();
  private readonly waiting = new Map<string, TurnedCritical>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  isReady = false;

  get criticalCount(): number {
    let count = 0;
    for (const health of this.known.values()) if (health === "critical") count += 1;
    return count;
  }

  /** A whole answer. The first one tells nothing: it is what was so before. */
  learn(servers: readonly Pick<ServerHealth, "serverId" | "name" | "status" | "reasons">[]): TurnedCritical[] {
    const turned = this.isReady
      ? servers.filter((s) => s.status === "critical" && this.known.has(s.serverId) && this.known.get(s.serverId) !== "critical")
      : [];
    this.known.clear();
    for (const s of servers) this.known.set(s.serverId, s.status);
    this.isReady = true;
    return turned.map(({ serverId, name, reasons }) => ({ serverId, name, reasons }));
  }

  /** An event `server.health`. */
  hear(data: Readonly<Record<string, unknown>>): TurnedCritical[] {
    const { serverId, to, name, reasons } = data;
    if (typeof serverId !== "string" || typeof to !== "string") return [];
    const before = this.known.get(serverId);
    this.known.set(serverId, to as Health);
    if (to !== "critical" || before === "critical") return [];
    return [{ serverId, name: typeof name === "string" ? name : "A server", reasons: Array.isArray(reasons) ? reasons.map(String) : [] }];
  }

  /** Notifies of them a moment later, together with what else turns meanwhile. */
  tell(turned: readonly TurnedCritical[]): void {
    for (const t of turned) this.waiting.set(t.serverId, t);
    if (this.waiting.size > 0) this.timer ??= setTimeout(() => this.notify(), gatherMs);
  }

  private notify(): void {
    this.timer = undefined;
    notifyOf([...this.waiting.values()]);
    this.waiting.clear();
  }

  forget(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting.clear();
    this.known.clear();
    this.isReady = false;
  }
}

/** More than this at once are one notification: a network that fails takes many with it. */
const notificationCountMax = 3;

/** Desktop notifications, if the reader asked for them and the browser allows them. */
function notifyOf(turned: readonly TurnedCritical[]): void {
  if (turned.length === 0 || !mayNotify()) return;
  const tenant = session.get()?.tenant?.name ?? "";
  if (turned.length > notificationCountMax) {
    const names = turned.slice(0, notificationCountMax).map((t) => t.name).join(", ");
    const body = `${names} and ${turned.length - notificationCountMax} more · ${tenant}`;
    show(`${turned.length} servers are critical`, body, "many", "/?health=critical");
    return;
  }
  for (const { serverId, name, reasons } of turned) {
    show(`${name} is critical`, `${reasons.join(", ") || "Health changed"} · ${tenant}`, serverId, `/servers/${serverId}`);
  }
}

function show(title: string, body: string, tag: string, address: string): void {
  const note = new Notification(title, { body, tag });
  note.onclick = () => {
    window.focus();
    navigate(address);
  };
}
