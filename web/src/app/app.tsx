// Decides between sign-in, the one-time link, and the signed-in shell.
import { type ReactElement, useCallback, useEffect, useState } from "react";
import type { SessionReply } from "../api/model";
import { Failure, Skeleton } from "../components/panel";
import { Toaster } from "../components/toaster";
import { SetupPage } from "../features/platform/components/setup-page";
import { SignInPage } from "../features/platform/components/sign-in-page";
import { listTenants } from "../features/platform/api/list-tenants";
import { readMe } from "../features/platform/api/read-me";
import { type ApiError, onSignedOut, setCsrfToken, setTenantSlug } from "../lib/http";
import { closeLive } from "../lib/live";
import { onRecovered } from "../lib/connection";
import { rememberedTenant } from "../lib/preferences";
import { forgetAll } from "../lib/query";
import { navigate, usePath, useSearch } from "../lib/router";
import { session } from "../lib/session";
import { useStore } from "../lib/store";
import { setCriticalCount } from "../lib/title";
import { asApiError } from "../lib/use-action";
import { chooseTenant } from "./choose-tenant";
import { Shell } from "./shell";

type Phase = { at: "starting" } | { at: "signedOut"; note: string } | { at: "signedIn" } | { at: "failed"; error: ApiError };

export function App(): ReactElement {
  const [phase, setPhase] = useState<Phase>({ at: "starting" });
  const path = usePath();
  const signedIn = useStore(session);
  const start = useCallback(async () => {
    try {
      await enter(await readMe());
      setPhase({ at: "signedIn" });
    } catch (error) {
      const fault = asApiError(error);
      setPhase(fault.status === 401 ? { at: "signedOut", note: "" } : { at: "failed", error: fault });
    }
  }, []);
  useEffect(() => {
    onSignedOut(() => {
      leave();
      setPhase({ at: "signedOut", note: "Your session has ended. Sign in to go on where you were." });
    });
    void start();
  }, [start]);
  // The page has no banner yet: what did not load at the start is asked for as soon as DbTools is back.
  useEffect(() => (phase.at === "failed" ? onRecovered(() => void start()) : undefined), [phase, start]);
  const entered = async (reply: SessionReply): Promise<void> => {
    await enter(reply);
    setPhase({ at: "signedIn" });
    if (path === "/sign-in" || path === "/setup") navigate("/", { replace: true });
  };
  return (
    <>
      {path === "/setup" && phase.at !== "signedIn"
        ? <Setup onEntered={entered} onSignIn={() => void start()} />
        : phase.at === "signedIn" && signedIn
        ? (
          <Shell
            onSignedOut={() => {
              leave();
              setPhase({ at: "signedOut", note: "" });
              navigate("/sign-in", { replace: true });
            }}
          />
        )
        : phase.at === "signedOut"
        ? <SignInPage note={phase.note} onEntered={entered} />
        : (
          <main id="main" className="signin" tabIndex={-1}>
            <div className="panel sibox">
              <h1 className="vh">DbTools</h1>
              {phase.at === "failed"
                ? <Failure what="DbTools cannot be reached" error={phase.error} retry={() => void start()} />
                : <Skeleton lines={4} />}
            </div>
          </main>
        )}
      <Toaster />
    </>
  );
}

function Setup({ onEntered, onSignIn }: { onEntered: (reply: SessionReply) => Promise<void>; onSignIn: () => void }): ReactElement {
  const token = useSearch().get("token") ?? "";
  return (
    <SetupPage
      token={token}
      onEntered={onEntered}
      onSignIn={() => {
        navigate("/sign-in", { replace: true });
        onSignIn();
      }}
    />
  );
}

async function enter(reply: SessionReply): Promise<void> {
  setCsrfToken(reply.csrfToken ?? "");
  const tenants = (await listTenants()).filter((t) => t.status !== "deleted");
  session.set({ user: reply.user, tenants, tenant: null });
  const wanted = rememberedTenant();
  chooseTenant(tenants.find((t) => t.slug === wanted) ?? tenants.find((t) => t.status === "active") ?? tenants[0] ?? null, null);
}

function leave(): void {
  closeLive();
  setCsrfToken("");
  setTenantSlug(null);
  session.set(null);
  setCriticalCount(0);
  forgetAll();
}
