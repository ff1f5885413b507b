// The wizard that adds a server: connection, test and permissions, groups and labels, review.
import { type ReactElement, type ReactNode, useRef, useState } from "react";
import { useGroups } from "../../../api/list-groups";
import type { ProbeResult } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { Crumbs } from "../../../components/bits";
import { Icon } from "../../../components/icon";
import { ErrorCallout, PageHead } from "../../../components/panel";
import { engineName } from "../../../components/status";
import { Link, navigate } from "../../../lib/router";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { createServer } from "../api/create-server";
import { testConnection } from "../api/test-connection";
import { ConnectionFields } from "./connection-fields";
import { missingOf, ProbeView } from "./probe-view";
import { refreshServers } from "./refresh-servers";
import { connectionKey, emptyForm, faultsOf, inputOf, type ServerForm } from "./server-form";
import { TagFields } from "./tag-fields";
import { TestProgress } from "./test-progress";

type Step = 1 | 2 | 3 | 4;

interface Tested {
  key: string;
  at: number;
  result: ProbeResult;
}

export function AddServerPage(): ReactElement {
  const [step, setStep] = useState<Step>(1), [form, setForm] = useState<ServerForm>(emptyForm), [checked, setChecked] = useState(false);
  const [tested, setTested] = useState<Tested>(), [anyway, setAnyway] = useState(false);
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
  const save = useAction(async () => {
    await createServer({ ...inputOf(form), groupIds: [...groupIds], labels: [...labels] });
    refreshServers();
    toast("Server added", `${form.name.trim()} is collected within a minute.`);
    navigate("/servers");
  });
  const startTest = (): void => {
    setChecked(true);
    if (!sound) return;
    go(2);
    if (!passed) void test.run();
  };
  const target = `${form.hostname.trim()}:${form.port}`;
  const title = { 1: "Connection", 2: "Test and permissions", 3: "Groups and labels", 4: "Review and add" }[step];
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
              <div className="pb col">
                <Review form={form} result={result} groupIds={groupIds} labels={labels} />
                <ErrorCallout error={save.error} title="The server was not added." />
              </div>
              <Foot>
                <button className="btn" type="button" onClick={() => go(3)}>
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
        {result && <ProbeView result={result} username={form.authType === "sql" ? form.username : null} serverName={form.name} />}
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

interface StepsProps {
  step: Step;
  target: string;
  result: ProbeResult | undefined;
  testing: boolean;
  tags: number;
  ready: boolean;
  onGo: (step: Step) => void;
}

/** Steps say what they found; those that were passed lead back. */
function Steps({ step, target, result, testing, tags, ready, onGo }: StepsProps): ReactElement {
  const missing = result ? missingOf(result) : 0;
  const found = testing
    ? "Testing"
    : !result
    ? "Not tested yet"
    : !result.success
    ? "No connection"
    : missing > 0
    ? `${missing} of ${result.permissions.length} missing`
    : "Passed";
  const texts: readonly (readonly [Step, string, string])[] = [
    [1, "Connection", target],
    [2, "Test and permissions", found],
    [3, "Groups and labels", tags > 0 ? `${tags} chosen` : "Optional"],
    [4, "Review and add", ready ? "Ready" : ""],
  ];
  return (
    <ol className="steps" aria-label="Steps">
      {texts.map(([n, name, note]) => (
        <li key={n} className={n === step ? "now" : n < step ? "done" : ""} aria-current={n === step ? "step" : undefined}>
          <span className="sn">{n < step ? <Icon name="check-lg" /> : n}</span>
          <span className="st-t">
            {n < step
              ? (
                <button
                  className="linkish"
                  type="button"
                  onClick={() => onGo(n)}
                >
                  {name}
                </button>
              )
              : <b>{name}</b>}
            <small className="ell">{note}</small>
          </span>
        </li>
      ))}
    </ol>
  );
}

function Review(
  { form, result, groupIds, labels }: {
    form: ServerForm;
    result: ProbeResult | undefined;
    groupIds: readonly string[];
    labels: readonly string[];
  },
): ReactElement {
  const groups = useGroups().data ?? [], input = inputOf(form);
  const rows: readonly (readonly [string, ReactNode])[] = [
    ["Name", input.name],
    ["Engine", engineName(form.engine)],
    ["Address", <span className="mono" key="a">{input.hostname}{input.instanceName ? `\\${input.instanceName}` : ""}:{input.port}</span>],
    ["Sign-in", form.authType === "windows" ? "Windows authentication" : <span className="mono" key="s">{input.username}</span>],
    ["Encryption", !form.encrypt ? "None" : form.trustServerCertificate ? "TLS, any certificate" : "TLS, certificate is verified"],
    ["Version", result?.success ? [result.version, result.edition].filter(Boolean).join(", ") : "Not known yet"],
    ["Groups", groupIds.map((id) => groups.find((g) => g.id === id)?.name).filter(Boolean).join(", ") || "None"],
    ["Labels", labels.join(", ") || "None"],
    ["Collection", "Every minute, starting now"],
  ];
  return (
    <>
      {result?.success !== true && (
        <div className="callout" data-s="warning" role="status">
          <Icon name="exclamation-triangle-fill" />
          <div>
            <b>The connection test has not passed.</b>
            <p>The server is saved and shows offline until a connection works.</p>
          </div>
        </div>
      )}
      <dl className="kv review">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
