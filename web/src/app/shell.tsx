// The frame around every screen: navigation with the tenant switch, top bar, banners, and the screen itself.
import { type ReactElement, useEffect, useRef, useState } from "react";
import { Icon, Logo } from "../components/icon";
import type { IconName } from "../components/icon-names";
import { MenuButton, type MenuItem } from "../components/menu";
import { signOut } from "../features/platform/api/sign-out";
import { PasswordDialog } from "../features/platform/components/password-dialog";
import { ThisComputerDialog } from "../features/platform/components/this-computer";
import { useNow } from "../lib/clock";
import { clock, exact, initials, plural, zoneName } from "../lib/format";
import { live } from "../lib/live";
import { preferences, setPreferences } from "../lib/preferences";
import { Link, Router, usePath } from "../lib/router";
import { may, type Permission, roleOf, roleWords, useSession } from "../lib/session";
import { useStore } from "../lib/store";
import { toast } from "../lib/toasts";
import { Banners } from "./banners";
import { chooseTenant } from "./choose-tenant";
import { ErrorBoundary } from "./error-boundary";
import { HelpDialog } from "./help-dialog";
import { useLiveUpdates } from "./live-updates";
import { OperationsButton } from "./operations-button";
import { notFound, platformRoutes, routesFor, titleFor } from "./routes";
import { SearchDialog } from "./search-dialog";
import { NoTenant, SuspendedTenant } from "./tenant-states";
import { connection } from "../lib/connection";
import { setPageTitle } from "../lib/title";

interface NavItem {
  href: string;
  icon: IconName;
  text: string;
  needs?: Permission;
}

const tenantNav: readonly (readonly [head: string, items: readonly NavItem[]])[] = [
  ["", [
    { href: "/", icon: "speedometer2", text: "Dashboard" },
    { href: "/servers", icon: "hdd-stack", text: "Servers" },
    { href: "/compare", icon: "bar-chart-line", text: "Compare" },
    { href: "/groups", icon: "collection", text: "Groups" },
    { href: "/credentials", icon: "key", text: "Credentials" },
  ]],
  ["Administer", [
    { href: "/operations", icon: "list-check", text: "Operations" },
    { href: "/activity", icon: "journal-text", text: "Activity log" },
    { href: "/users", icon: "people", text: "Users", needs: "manageUsers" },
    { href: "/keys", icon: "key", text: "API keys", needs: "manageUsers" },
    { href: "/collectors", icon: "table", text: "Custom collectors", needs: "manageSettings" },
    { href: "/settings", icon: "gear", text: "Settings", needs: "manageSettings" },
  ]],
];
/** The switch shows this many; the page of all tenants shows the others. */
const tenantCountMax = 20;

const platformNav: typeof tenantNav = [
  ["", [{ href: "/admin/tenants", icon: "building", text: "Tenants", needs: "manageTenants" }]],
  ["Administer", [
    { href: "/admin/users", icon: "people", text: "Super admins", needs: "manageTenants" },
    { href: "/admin/activity", icon: "journal-text", text: "Activity log", needs: "manageTenants" },
  ]],
];

export function Shell({ onSignedOut }: { onSignedOut: () => void }): ReactElement {
  const who = useSession(), path = usePath(), platform = path.startsWith("/admin/");
  const slug = who.tenant && who.tenant.status === "active" ? who.tenant.slug : null;
  const [open, setOpen] = useState<"" | "search" | "help" | "password" | "computer">("");
  const main = useRef<HTMLElement>(null), before = useRef(path);
  // The stream of any tenant tells a super admin of all tenants' comings and goings.
  useLiveUpdates(slug ?? (platform ? who.tenants.find((t) => t.status === "active")?.slug ?? null : null));
  useEffect(() => {
    setPageTitle(titleFor(path));
    if (before.current !== path) {
      before.current = path;
      main.current?.focus({ preventScroll: true });
      window.scrollTo(0, 0);
    }
  }, [path]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (document.querySelector("dialog[open], [role=menu]")) return;
      const typing = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") setOpen("search");
      else if (!typing && event.key === "?") setOpen("help");
      else if (!typing && event.key === "/") setOpen("search");
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  return (
    <>
      <a className="skip" href="#main">Skip to content</a>
      <div className="app">
        <aside className="side" aria-label="Product">
          <TenantSwitch platform={platform} />
          <Navigation groups={platform ? platformNav : tenantNav} path={path} />
          <SideFoot />
        </aside>
        <div className="page">
          <header className="top">
            {slug && !platform
              ? (
                <button className="searchbox" type="button" onClick={() => setOpen("search")}>
                  <Icon name="search" />
                  <span>Search servers and pages</span>
                  <kbd>Ctrl K</kbd>
                </button>
              )
              : <span />}
            <div className="top-r">
              <LiveClock idle={platform || !slug} />
              {slug && !platform && <OperationsButton key={slug} />}
              <button className="btn ghost icon" type="button" aria-label="Help and shortcuts" onClick={() => setOpen("help")}>
                <Icon name="question-circle" />
              </button>
              <ThemeButton />
              <AccountMenu onOpen={setOpen} onSignedOut={onSignedOut} />
            </div>
          </header>
          <main id="main" tabIndex={-1} ref={main} className={path === "/servers" || path === "/operations" ? "fill" : ""}>
            <Banners />
            <ErrorBoundary screen={path}>
              <Screen platform={platform} key={platform ? "platform" : who.tenant?.slug ?? ""} />
            </ErrorBoundary>
          </main>
        </div>
      </div>
      {open === "search" && <SearchDialog onClose={() => setOpen("")} />}
      {open === "help" && <HelpDialog onClose={() => setOpen("")} />}
      {open === "password" && <PasswordDialog onClose={() => setOpen("")} />}
      {open === "computer" && <ThisComputerDialog onClose={() => setOpen("")} />}
    </>
  );
}

function Screen({ platform }: { platform: boolean }): ReactElement {
  const who = useSession();
  if (!platform && !who.tenant) return <NoTenant />;
  if (!platform && who.tenant?.status === "suspended") return <SuspendedTenant />;
  return <Router routes={platform ? platformRoutes(who) : routesFor(who)} fallback={notFound} />;
}

function TenantSwitch({ platform }: { platform: boolean }): ReactElement {
  const who = useSession();
  const first = who.tenants.slice(0, tenantCountMax), chosen = who.tenant;
  const shown = chosen && !first.some((t) => t.slug === chosen.slug) ? [chosen, ...first] : first;
  const items: MenuItem[] = shown.map((t) => ({
    label: t.status === "suspended" ? `${t.name} (suspended)` : t.name,
    icon: "hdd-stack",
    checked: !platform && t.slug === chosen?.slug,
    onSelect: () => chooseTenant(t, "/"),
  }));
  if (may(who, "manageTenants")) {
    items.push({
      label: who.tenants.length > shown.length ? `All ${who.tenants.length} tenants` : "Manage tenants",
      icon: "building",
      checked: platform,
      split: items.length > 0,
      onSelect: () => chooseTenant(who.tenant, "/admin/tenants"),
    });
  }
  const name = platform ? "Platform" : who.tenant?.name ?? "No tenant",
    sub = platform ? plural(who.tenants.length, "tenant") : who.tenant?.slug ?? "";
  return (
    <MenuButton className="tenant" label={`${name}, ${sub}. Change tenant`} items={items}>
      <Logo />
      <span className="nl">
        <b>{name}</b>
        <small>{sub}</small>
      </span>
      <Icon name="chevron-expand" />
    </MenuButton>
  );
}

function Navigation({ groups, path }: { groups: typeof tenantNav; path: string }): ReactElement {
  const who = useSession();
  const here = (href: string): boolean => (href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`));
  return (
    <nav aria-label="Main">
      {groups.map(([head, items]) => {
        const allowed = items.filter((i) => !i.needs || may(who, i.needs));
        return allowed.length > 0 && (
          <div className="nav-g" key={head}>
            {head && <p className="nav-h">{head}</p>}
            <ul>
              {allowed.map((i) => (
                <li key={i.href}>
                  <Link href={i.href} aria-current={here(i.href) ? "page" : undefined} title={i.text}>
                    <Icon name={i.icon} />
                    <span className="nl">{i.text}</span>
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}

function SideFoot(): ReactElement {
  const { down } = useStore(connection);
  return (
    <div className="side-f">
      <span className="sdot" data-s={down ? "critical" : "healthy"}>
        <Icon name={down ? "x-octagon-fill" : "check-circle-fill"} />
      </span>
      <span className="nl">{down ? "DbTools does not answer" : "DbTools is running"}</span>
    </div>
  );
}

/** The live dot, its word, the clock and the page's zone. */
function LiveClock({ idle }: { idle: boolean }): ReactElement {
  const now = useNow(), state = useStore(live), { down } = useStore(connection);
  const word = down
    ? "No connection"
    : state.paused
    ? "Paused"
    : idle
    ? ""
    : state.mode === "live"
    ? "Live"
    : state.mode === "polling"
    ? "Polling"
    : "Connecting";
  return (
    <span className="live">
      {word && <span className={`pulse ${word === "Live" ? "" : "hollow"}`} aria-hidden="true" />}
      <span role="status">{word}</span>
      <time className="num" dateTime={new Date(now).toISOString()} title={exact(now)}>{clock(now, true)}</time>
      <abbr title="Times are in your own time zone; hold the pointer over one for UTC">{zoneName()}</abbr>
    </span>
  );
}

function ThemeButton(): ReactElement {
  useStore(preferences);
  const dark = document.documentElement.dataset.theme === "dark";
  return (
    <button
      className="btn ghost icon"
      type="button"
      aria-label={dark ? "Light theme" : "Dark theme"}
      onClick={() => setPreferences({ theme: dark ? "light" : "dark" })}
    >
      <Icon name="circle-half" />
    </button>
  );
}

interface AccountProps {
  onOpen: (dialog: "password" | "computer") => void;
  onSignedOut: () => void;
}

function AccountMenu({ onOpen, onSignedOut }: AccountProps): ReactElement {
  const who = useSession(), chosen = useStore(preferences), role = roleWords[roleOf(who)];
  const leave = async (): Promise<void> => {
    try {
      await signOut();
    } catch {
      toast("Sign-out did not reach the server", "This browser has forgotten the session; it ends by itself on the server.", "warning");
    }
    onSignedOut();
  };
  const items: MenuItem[] = [
    { label: "Change password", icon: "key", onSelect: () => onOpen("password") },
    { label: "Notifications and refresh", icon: "bell", onSelect: () => onOpen("computer") },
    {
      label: "Theme of this computer",
      icon: "circle-half",
      split: true,
      checked: chosen.theme === "system",
      onSelect: () => setPreferences({ theme: "system" }),
    },
    { label: "Light theme", icon: "circle-half", checked: chosen.theme === "light", onSelect: () => setPreferences({ theme: "light" }) },
    { label: "Dark theme", icon: "circle-half", checked: chosen.theme === "dark", onSelect: () => setPreferences({ theme: "dark" }) },
    {
      label: "Dense rows",
      icon: "distribute-vertical",
      split: true,
      checked: chosen.density === "dense",
      onSelect: () => setPreferences({ density: chosen.density === "dense" ? "comfortable" : "dense" }),
    },
    { label: "Sign out", icon: "box-arrow-right", split: true, onSelect: () => void leave() },
  ];
  return (
    <MenuButton
      className="who"
      label={`${who.user.name}, ${role}. Account menu`}
      items={items}
      head={
        <>
          <b>{who.user.name}</b>
          <small>{who.user.email}</small>
        </>
      }
    >
      <span className="avatar" aria-hidden="true">{initials(who.user.name || who.user.email)}</span>
      <span className="who-t">
        <b>{who.user.name}</b>
        <small>{role}</small>
      </span>
      <Icon name="chevron-down" />
    </MenuButton>
  );
}
