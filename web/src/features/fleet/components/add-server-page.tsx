// The wizard that adds a server: connection, test and permissions, groups and labels, monitoring objects, review.
import { type ReactElement, type ReactNode, useCallback, useRef, useState } from "react";
import type { Operation, ProbeResult } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { Crumbs } from "../../../components/bits";
import { Icon } from "../../../components/icon";
import { OperationDialog } from "../../../components/operation-dialog";
import { ErrorCallout, PageHead } from "../../../components/panel";
import { Link, navigate } from "../../../lib/router";
import { toast } from "../../../lib/toasts";
import { asApiError, useAction } from "../../../lib/use-action";
import { createServer } from "../api/create-server";
import { deployServer } from "../api/deploy-server";
import { testConnection } from "../api/test-connection";
import { ConnectionFields } from "./connection-fields";
import { deployBody, type DeployForm, deployFault, emptyDeployForm } from "./deploy-form";
import { DeployStep, mayDeploy } from "./deploy-step";
import { LoginScriptPanel } from "./login-script";
import { missingOf, ProbeView } from "./probe-view";
import { refreshServers } from "./refresh-servers";
import { connectionKey, emptyForm, faultsOf, inputOf, ownLogin, type ServerForm, withHostParts } from "./server-form";
import { Suggestions } from "./suggestions";
import { TagFields } from "./tag-fields";
import { TestProgress } from "./test-progress";
import { Review, type Step, Steps } from "./wizard-steps";

interface Tested {
  key: string;
  at: number;
  result: ProbeResult;
}

export function AddServerPage(): ReactElement {
  const [step, setStep] = useState<Step>(1), [form, setForm] = useState<ServerForm>(emptyForm), [checked, setChecked] = useState(false);
  const [tested, setTested] = useState<Tested>(), [anyway, setAnyway] = useState(false);
  const [deployment, setDeployment] = useState<DeployForm>(emptyDeployForm), [wanted, setWanted] = useState<boolean>();
  const [added, setAdded] = useState<Operation>();
  const [groupIds, setGroups] = useState<readonly string[]>([]), [labels, setLabels] = useState<readonly string[]>([]);
  const panel = useRef<HTMLHeadingElement>(null), key = connectionKey(form), result = tested?.key === key ? tested.result : undefined;
  const passed = result?.success === true, sound = Object.keys(faultsOf(form)).length === 0;
  const go = (to: Step): void => {
    setStep(to);
    window.scrollTo(0, 0);
    requestAnimationFrame(() => panel.current?.focus());
  };
  const test = useAction(async () => {
    setTested(undefined);
    setAnyway(false);
    setTested({ key, at: Date.now(), result: await testConnection(inputOf(form)) });
  });
  // On by default where the login may; the reader's own choice stays.
  const [deployChecked, setDeployChecked] = useState(false);
  const deploys = wanted ?? mayDeploy(result), deployFaulty = deploys && deployFault(deployment, form.engine) !== undefined;
  const save = useAction(async () => {
    const server = await createServer({ ...inputOf(form), groupIds: [...groupIds], labels: [...labels] });
    refreshServers();
    toast("Server added", `${form.name.trim()} is collected within a minute.`);
    if (deploys) {
      try {
        setAdded(await deployServer(server.id, deployBody(deployment)));
        return;
      } catch (error) {
        // The server is there; only its objects are not. Its page has the button to try again.
        const { message, code, requestId } = asApiError(error);
        toast("The deployment was not begun", `${server.name}: ${message} (${code} ${requestId})`, "critical", {
          label: "Open the server",
          onSelect: () => navigate(`/servers/${server.id}`),
        });
      }
    }
    navigate("/servers");
  });
  const takeLogin = useCallback((username: string, password: string | null) => {
    setForm((old) => ({ ...old, username, ...(password === null ? {} : { password }) }));
  }, []);
  const startTest = (): void => {
    setChecked(true);
    setForm(withHostParts(form));
    if (!sound) return;
    go(2);
    if (!passed) void test.run();
  };
  const target = `${form.hostname.trim()}:${form.port}`;
  const title = { 1: "Connection", 2: "Test and permissions", 3: "Groups and labels", 4: "Monitoring objects", 5: "Review and add" }[step];
  return (
    <>
      <PageHead title="Add server" crumbs={<Crumbs path={[["/servers", "Servers"]]} here="Add server" />}>
        <Link className="btn ghost" href="/servers">
          <Icon name="x-lg" />Cancel
        </Link>
      </PageHead>
      <div className="wiz">
        <Steps
          step={step}
          target={form.hostname ? target : ""}
          result={result}
          testing={test.busy}
          tags={groupIds.length + labels.length}
          deploy={deploys}
          ready={passed || anyway}
          onGo={go}
        />
        <section className="panel" aria-labelledby="wizard-step">
          <div className="ph2">
            <h2 id="wizard-step" tabIndex={-1} ref={panel}>{title}</h2>
            {step === 2 && tested && result && (
              <span className="sub">
                Tested <Ago at={tested.at} />
              </span>
            )}
          </div>
          {step === 1 && (
            <form
              noValidate
              onSubmit={(event) => {
                event.preventDefault();
                startTest();
              }}
            >
              <div className="pb">
                <ConnectionFields form={form} onForm={setForm} checked={checked} refused={save.fieldFaults} />
                {form.credentialId === "" && <LoginScriptPanel form={form} onTake={takeLogin} />}
              </div>
              <Foot>
                <span className="grow" />
                <button className="btn primary" type="submit">
                  <Icon name="plug" />Test connection
                </button>
              </Foot>
            </form>
          )}
          {step === 2 && (
            <TestStep
              target={target}
              form={form}
              busy={test.busy}
              result={result}
              error={<ErrorCallout error={test.error} title="The test could not run." />}
              onBack={() => go(1)}
              onTest={() => void test.run()}
              onGo={(without) => {
                setAnyway(without);
                go(3);
              }}
            />
          )}
          {step === 3 && (
            <>
              <div className="pb">
                <Suggestions form={form} groupIds={groupIds} onGroups={setGroups} labels={labels} onLabels={setLabels} />
                <TagFields groupIds={groupIds} onGroups={setGroups} labels={labels} onLabels={setLabels} />
              </div>
              <Foot>
                <button className="btn" type="button" onClick={() => go(2)}>
                  <Icon name="arrow-left" />Back
                </button>
                <span className="grow" />
                <button className="btn primary" type="button" onClick={() => go(4)}>
                  Continue<Icon name="arrow-right" />
                </button>
              </Foot>
            </>
          )}
          {step === 4 && (
            <>
              <div className="pb">
                <DeployStep
                  form={form}
                  result={result}
                  wanted={deploys}
                  onWanted={setWanted}
                  deploy={deployment}
                  onDeploy={setDeployment}
                  checked={deployChecked}
                />
              </div>
              <Foot>
                <button className="btn" type="button" onClick={() => go(3)}>
                  <Icon name="arrow-left" />Back
                </button>
                <span className="grow" />
                <button
                  className="btn primary"
                  type="button"
                  aria-disabled={deployFaulty}
                  onClick={() => {
                    setDeployChecked(true);
                    if (!deployFaulty) go(5);
                  }}
                >
                  Continue<Icon name="arrow-right" />
                </button>
              </Foot>
            </>
          )}
          {step === 5 && (
            <>
              <div className="pb col">
                <Review
                  form={form}
                  result={result}
                  groupIds={groupIds}
                  labels={labels}
                  deploy={deploys ? `Deployed to ${deployment.database.trim() || "the usual place"}${deployment.otherLogin ? ", with another login" : ""}` : null}
                />
                <ErrorCallout error={save.error} title="The server was not added." />
              </div>
              <Foot>
                <button className="btn" type="button" onClick={() => go(4)}>
                  <Icon name="arrow-left" />Back
                </button>
                <span className="grow" />
                {save.error && Object.keys(save.fieldFaults).length > 0 && (
                  <button className="btn" type="button" onClick={() => go(1)}>Correct the connection</button>
                )}
                <button
                  className="btn primary"
                  type="button"
                  aria-disabled={save.busy || !(passed || anyway)}
                  title={passed || anyway ? undefined : "Test the connection first"}
                  onClick={() => {
                    if (passed || anyway) void save.run();
                  }}
                >
                  <Icon name="plus-lg" />
                  {passed ? "Add server" : "Save anyway"}
                </button>
              </Foot>
            </>
          )}
        </section>
      </div>
      {added && (
        <OperationDialog
          operation={added}
          onEnd={refreshServers}
          onClose={() => {
            setAdded(undefined);
            navigate("/servers");
          }}
        />
      )}
    </>
  );
}

interface TestStepProps {
  target: string;
  form: ServerForm;
  busy: boolean;
  result: ProbeResult | undefined;
  error: ReactNode;
  onBack: () => void;
  onTest: () => void;
  onGo: (without: boolean) => void;
}

function TestStep({ target, form, busy, result, error, onBack, onTest, onGo }: TestStepProps): ReactElement {
  const complete = result?.success === true && missingOf(result) === 0;
  return (
    <>
      <div className="pb col" aria-busy={busy}>
        {busy && <TestProgress target={target} />}
        {result && <ProbeView result={result} username={ownLogin(form) ? form.username : null} serverName={form.name} />}
        {error}
        {!busy && !result?.success && (
          <p className="hint row tops">
            <Icon name="info-circle" />
            <span>
              Without a passed test DbTools saves the server as it is and keeps trying. It shows offline, with no values and no version,
              until a connection works.
            </span>
          </p>
        )}
      </div>
      <Foot>
        <button className="btn" type="button" onClick={onBack}>
          <Icon name="arrow-left" />Back
        </button>
        <span className="grow" />
        {!busy && !complete && (
          <button className="btn" type="button" onClick={() => onGo(result?.success !== true)}>
            {result?.success ? "Go on without it" : "Save anyway"}
          </button>
        )}
        {complete
          ? (
            <>
              <button className="btn" type="button" onClick={onTest}>
                <Icon name="arrow-repeat" />Test again
              </button>
              <button className="btn primary" type="button" onClick={() => onGo(false)}>
                Continue<Icon name="arrow-right" />
              </button>
            </>
          )
          : (
            <button className="btn primary" type="button" aria-disabled={busy} onClick={onTest}>
              <Icon name="arrow-repeat" />
              {busy ? "Testing" : "Test again"}
            </button>
          )}
      </Foot>
    </>
  );
}

function Foot({ children }: { children: ReactNode }): ReactElement {
  return <div className="wf">{children}</div>;
}

