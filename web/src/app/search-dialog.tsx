// Ctrl K: finds servers by name or host and pages by name; arrow keys choose, Enter goes.
import { type KeyboardEvent, type ReactElement, useEffect, useId, useRef, useState } from "react";
import type { Server } from "../api/model";
import { Icon } from "../components/icon";
import type { IconName } from "../components/icon-names";
import { EngineMark, HealthDot } from "../components/status";
import { plural } from "../lib/format";
import { get } from "../lib/http";
import { useQuery } from "../lib/query";
import { navigate } from "../lib/router";
import { may, tenantKey, useSession } from "../lib/session";

const hitCountMax = 8;
const settleMs = 150;

interface Page {
  href: string;
  text: string;
  icon: IconName;
}

export function SearchDialog({ onClose }: { onClose: () => void }): ReactElement {
  const who = useSession(), box = useRef<HTMLDialogElement>(null), id = useId();
  const [typed, setTyped] = useState(""), [q, setQ] = useState(""), [at, setAt] = useState(0);
  useEffect(() => {
    const before = document.activeElement;
    box.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  useEffect(() => {
    const timer = setTimeout(() => setQ(typed.trim()), settleMs);
    return () => clearTimeout(timer);
  }, [typed]);
  const found = useQuery(
    q ? tenantKey("search", q) : null,
    (signal) => get<Server[]>("/servers", { query: { q, limit: hitCountMax }, signal }),
  );
  const pages: Page[] = [
    { href: "/", text: "Dashboard", icon: "speedometer2" },
    { href: "/servers", text: "Servers", icon: "hdd-stack" },
    { href: "/compare", text: "Compare servers", icon: "bar-chart-line" },
    { href: "/groups", text: "Groups", icon: "collection" },
    { href: "/credentials", text: "Credentials", icon: "key" },
    { href: "/operations", text: "Operations", icon: "list-check" },
    { href: "/activity", text: "Activity log", icon: "journal-text" },
  ];
  if (may(who, "manageServers")) pages.push({ href: "/servers/new", text: "Add server", icon: "plus-lg" });
  if (may(who, "manageSettings")) {
    pages.push({ href: "/users", text: "Users", icon: "people" }, { href: "/keys", text: "API keys", icon: "key" }, { href: "/settings", text: "Settings", icon: "gear" });
  }
  if (may(who, "manageTenants")) pages.push({ href: "/admin/tenants", text: "Tenants", icon: "building" });
  const searching = q !== typed.trim() || (q !== "" && found.loading && !found.data);
  const servers = q ? found.data ?? [] : [];
  // Pages stand first and follow each key; servers come a moment later, below, so that no row moves from under the choice.
  const shownPages = pages.filter((p) => p.text.toLowerCase().includes(typed.trim().toLowerCase()));
  const targets = [...shownPages.map((p) => p.href), ...servers.map((s) => `/servers/${s.id}`)];
  const go = (to: string | undefined): void => {
    if (!to) return;
    onClose();
    navigate(to);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown") setAt((at + 1) % Math.max(1, targets.length));
    else if (event.key === "ArrowUp") setAt((at - 1 + targets.length) % Math.max(1, targets.length));
    else if (event.key === "Enter") go(targets[at]);
    else return;
    event.preventDefault();
  };
  const option = (index: number): { id: string; role: "option"; "aria-selected": boolean; className: string } => ({
    id: `${id}-${index}`,
    role: "option",
    "aria-selected": index === at,
    className: index === at ? "on" : "",
  });
  return (
    <dialog
      ref={box}
      className="dialog search"
      aria-label="Search"
      onCancel={onClose}
      onClick={(event) => {
        if (event.target === box.current) onClose();
      }}
    >
      <div className="search-h">
        <Icon name="search" />
        <input
          role="combobox"
          aria-label="Search servers and pages"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={targets.length > 0 ? `${id}-${at}` : undefined}
          placeholder="Server name, host or page"
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKey}
        />
        <button className="btn ghost sm" type="button" onClick={onClose}>Close</button>
      </div>
      <ul role="listbox" id={`${id}-list`} aria-label="Results" className="search-l">
        {shownPages.map((p, i) => (
          <li key={p.href} {...option(i)} onClick={() => go(p.href)}>
            <Icon name={p.icon} />
            <span>{p.text}</span>
          </li>
        ))}
        {servers.map((s, i) => (
          <li key={s.id} {...option(shownPages.length + i)} onClick={() => go(`/servers/${s.id}`)}>
            <HealthDot health={s.health} />
            <EngineMark engine={s.engine} />
            <span className="srv ell" title={s.name}>{s.name}</span>
            <span className="m3 mono ell">{s.hostname}</span>
          </li>
        ))}
      </ul>
      <p className="search-f" role="status">
        {found.error
          ? `Servers could not be searched (${found.error.code})`
          : targets.length === 0 && searching
          ? "Searching"
          : targets.length === 0
          ? `Nothing matches “${q}”`
          : plural(targets.length, "result")}
      </p>
    </dialog>
  );
}
