// Credential profiles: logins that many servers share. List, make, rename, rotate in one place, delete.
import { type ReactElement, useState } from "react";
import type { Credential } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { Dot } from "../../../components/bits";
import { Icon } from "../../../components/icon";
import { MenuButton } from "../../../components/menu";
import { Empty, PageHead, QueryView, StaleBadge } from "../../../components/panel";
import { SearchField } from "../../../components/search-field";
import { SortHead, type SortState, useSorted } from "../../../components/sort-head";
import { EngineMark } from "../../../components/status";
import { count, plural } from "../../../lib/format";
import { refetch } from "../../../lib/query";
import { Link, navigate, setSearch, useSearch } from "../../../lib/router";
import { useMay } from "../../../lib/session";
import { credentialCountMax, credentialsKey, useCredentials } from "../api/list-credentials";
import { CredentialDialog, DeleteCredentialDialog } from "./credential-dialogs";
import { RotateDialog, TestCredentialDialog } from "./rotate-dialog";

type Column = "name" | "username" | "servers" | "rotated";
type Open = { what: "new" } | { what: "edit" | "rotate" | "test" | "delete"; credential: Credential } | null;

const valueOf: Readonly<Record<Column, (c: Credential) => string | number>> = {
  name: (c) => c.name.toLowerCase(),
  username: (c) => (c.username ?? "").toLowerCase(),
  servers: (c) => c.serverCount,
  rotated: (c) => c.rotatedAt ?? "",
};
const none: readonly Credential[] = [];

export function CredentialsPage(): ReactElement {
  const query = useCredentials(), mayManage = useMay("manageServers"), q = useSearch().get("q") ?? "", [open, setOpen] = useState<Open>(null);
  const [sort, setSort] = useState<SortState<Column>>({ key: "name", order: "asc" });
  const all = useSorted(query.data ?? none, sort, valueOf), text = q.toLowerCase();
  const rows = all.filter((c) => `${c.name}\n${c.username ?? ""}`.toLowerCase().includes(text)), close = (): void => setOpen(null);
  return (
    <>
      <PageHead
        title="Credentials"
        sub={query.data
          ? (
            <>
              {plural(all.length, "profile")}
              <Dot />
              Logins that servers share, rotated in one place
            </>
          )
          : "Logins that servers share, rotated in one place"}
      >
        <StaleBadge query={query} />
        {mayManage && (
          <button className="btn primary" type="button" onClick={() => setOpen({ what: "new" })}>
            <Icon name="plus-lg" />New credential
          </button>
        )}
      </PageHead>
      {all.length > 0 && (
        <div className="toolbar t0">
          <SearchField label="Search credentials" placeholder="Name or username" value={q} onValue={(value) => setSearch({ q: value })} />
        </div>
      )}
      <section className="panel vflex tall" aria-label="Credentials" aria-busy={query.loading && !query.data}>
        <QueryView query={query} what="Credentials did not load" retry={() => void refetch(credentialsKey())} lines={6}>
          {() =>
            all.length === 0
              ? (
                <Empty
                  icon="key"
                  title="No credential profiles yet"
                  text="A profile holds one login for many servers: when its password changes, it is changed here once."
                >
                  {mayManage && (
                    <button className="btn sm primary" type="button" onClick={() => setOpen({ what: "new" })}>New credential</button>
                  )}
                </Empty>
              )
              : rows.length === 0
              ? (
                <Empty icon="funnel" title="No credential matches" text={`“${q}” is in no name or username.`}>
                  <button className="btn sm" type="button" onClick={() => setSearch({ q: null })}>Clear search</button>
                </Empty>
              )
              : (
                <div className="sx" tabIndex={0} role="region" aria-label="Credential table">
                  <table className="tbl" aria-label="Credentials">
                    <thead>
                      <tr>
                        <SortHead label="Name" column="name" sort={sort} onSort={setSort} />
                        <SortHead label="Username" column="username" sort={sort} onSort={setSort} />
                        <SortHead label="Servers" column="servers" sort={sort} onSort={setSort} numeric />
                        <SortHead label="Secret stored" column="rotated" sort={sort} onSort={setSort} />
                        <th>
                          <span className="vh">Actions</span>
                        </th>
                      </tr>
                    </thead>
                    <tbody>{rows.map((c) => <Row key={c.id} credential={c} mayManage={mayManage} onOpen={setOpen} />)}</tbody>
                  </table>
                </div>
              )}
        </QueryView>
        {all.length >= credentialCountMax && <div className="pf push">The first {count(credentialCountMax)} profiles.</div>}
      </section>
      {open?.what === "new" && <CredentialDialog onClose={close} />}
      {open?.what === "edit" && <CredentialDialog credential={open.credential} onClose={close} />}
      {open?.what === "rotate" && <RotateDialog credential={open.credential} onClose={close} />}
      {open?.what === "test" && <TestCredentialDialog credential={open.credential} onClose={close} />}
      {open?.what === "delete" && <DeleteCredentialDialog credential={open.credential} onClose={close} />}
    </>
  );
}

function Row({ credential: c, mayManage, onOpen }: { credential: Credential; mayManage: boolean; onOpen: (open: Open) => void }): ReactElement {
  return (
    <tr>
      <td>
        <span className="row">
          <EngineMark engine={c.engine} />
          <b className="srv">{c.name}</b>
        </span>
      </td>
      <td className="mono">{c.authType === "windows" ? "Windows account of DbTools" : c.username ?? "–"}</td>
      <td className="num">
        {c.serverCount > 0
          ? <Link href={`/servers?credential=${c.id}`} aria-label={`${plural(c.serverCount, "server")} with ${c.name}`}>{count(c.serverCount)}</Link>
          : "0"}
      </td>
      <td className="m2">{c.hasPassword ? <Ago at={c.rotatedAt ?? c.createdAt} /> : <span className="m3">No password</span>}</td>
      <td className="acts">
        {mayManage && (
          <>
            {c.authType === "sql" && (
              <button className="btn sm" type="button" aria-label={`Rotate ${c.name}`} onClick={() => onOpen({ what: "rotate", credential: c })}>
                <Icon name="arrow-repeat" />Rotate
              </button>
            )}
            <MenuButton
              className="btn ghost xs icon"
              label={`Actions for ${c.name}`}
              items={[
                { label: "Show its servers", icon: "hdd-stack", onSelect: () => navigate(`/servers?credential=${c.id}`) },
                { label: "Test on all servers", icon: "plug", onSelect: () => onOpen({ what: "test", credential: c }) },
                { label: "Edit name and username", icon: "pencil", onSelect: () => onOpen({ what: "edit", credential: c }) },
                { label: "Delete credential", icon: "trash3", danger: true, split: true, onSelect: () => onOpen({ what: "delete", credential: c }) },
              ]}
            >
              <Icon name="three-dots" />
            </MenuButton>
          </>
        )}
      </td>
    </tr>
  );
}
