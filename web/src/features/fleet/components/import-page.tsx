// Adds many servers from a file: choose or paste, look, try without changing anything, import, follow.
import { type DragEvent, type ReactElement, type ReactNode, useId, useState } from "react";
import type { ImportVerdicts, Operation } from "../../../api/model";
import { isRunning, useOperation } from "../../../api/read-operation";
import { Callout, Crumbs } from "../../../components/bits";
import { CheckRow } from "../../../components/field";
import { Icon } from "../../../components/icon";
import { ErrorCallout, PageHead, Panel, Skeleton } from "../../../components/panel";
import { bytes, count, plural } from "../../../lib/format";
import { Link, setSearch, useSearch } from "../../../lib/router";
import { saveText } from "../../../lib/save-file";
import { useAction } from "../../../lib/use-action";
import { dryRunImport, importBytesMax, type ImportOptions, importServers, importTemplate } from "../api/import-servers";
import { type Preview, previewBytesMax, previewOf } from "./import-preview";
import { ImportVerdictTable } from "./import-verdicts";
import { refreshServers } from "./refresh-servers";

interface Source {
  name: string;
  file: Blob;
  preview: Preview;
}

/** A pasted text larger than this belongs into a file. */
const pasteLengthMax = 1_000_000;

/** `progress` shows an operation; the app gives it, since operations are another part's. */
export function ImportPage({ progress }: { progress: (operation: Operation, tools: ReactNode) => ReactNode }): ReactElement {
  const [source, setSource] = useState<Source>(), [options, setOptions] = useState<ImportOptions>({ unknownGroups: "create", validate: false });
  const [verdicts, setVerdicts] = useState<ImportVerdicts>(), operationId = useSearch().get("operation");
  const take = async (name: string, file: Blob): Promise<void> => {
    const head = new Uint8Array(await file.slice(0, previewBytesMax).arrayBuffer());
    setVerdicts(undefined);
    dry.clear();
    begin.clear();
    setSource({ name, file, preview: previewOf(head, file.size <= previewBytesMax) });
  };
  const dry = useAction(async (from: Source, with_: ImportOptions) => setVerdicts(await dryRunImport(from.file, from.preview.type, with_)));
  const begin = useAction(async (from: Source) => {
    const operation = await importServers(from.file, from.preview.type, options);
    setSearch({ operation: operation.id }, { replace: false });
  });
  const change = (changes: Partial<ImportOptions>): void => {
    const next = { ...options, ...changes };
    setOptions(next);
    if (source && verdicts && "unknownGroups" in changes) void dry.run(source, next);
  };
  return (
    <>
      <PageHead
        title="Import servers"
        sub="From a CSV or JSON file: first a trial that changes nothing, then the import."
        crumbs={<Crumbs path={[["/servers", "Servers"]]} here="Import" />}
      >
        <TemplateButton />
        <Link className="btn ghost" href="/servers">
          <Icon name="x-lg" />
          {operationId ? "Close" : "Cancel"}
        </Link>
      </PageHead>
      {operationId
        ? (
          <Running
            id={operationId}
            source={source}
            progress={progress}
            onAgain={() => source && void begin.run(source)}
            onNew={() => {
              setSource(undefined);
              setVerdicts(undefined);
              setSearch({ operation: null, items: null });
            }}
          />
        )
        : (
          <div className="col g3c">
            <SourcePanel source={source} onTake={take} />
            {source && <PreviewPanel source={source} />}
            {source && !source.preview.fault && (
              <Panel title="Trial">
                <div className="pb col g3c">
                  <CheckRow
                    label="Make groups that do not exist yet"
                    checked={options.unknownGroups === "create"}
                    onChecked={(on) => change({ unknownGroups: on ? "create" : "refuse" })}
                    hint="Otherwise rows that name an unknown group are invalid"
                  />
                  <CheckRow
                    label="Test each connection, and leave out the servers whose test fails"
                    checked={options.validate}
                    onChecked={(validate) => change({ validate })}
                    hint="Takes longer: up to 10 s for a server that does not answer. The trial does not test connections."
                  />
                  <ErrorCallout error={dry.error} title="The trial could not run. Nothing was changed." />
                  <ErrorCallout error={begin.error} title="The import was not begun. Nothing was changed." />
                  {dry.busy && <Skeleton lines={4} />}
                  {verdicts && !dry.busy && <Verdicts verdicts={verdicts} validate={options.validate} />}
                </div>
                <div className="wf">
                  <span className="m3 t12">{verdicts ? "Rows that exist already or are invalid are left out." : "A trial says what would become of each row."}</span>
                  <span className="grow" />
                  <button className={verdicts ? "btn" : "btn primary"} type="button" aria-disabled={dry.busy} onClick={() => void dry.run(source, options)}>
                    <Icon name="search" />
                    {dry.busy ? "Checking" : verdicts ? "Check again" : "Check the rows"}
                  </button>
                  {verdicts && (
                    <button
                      className="btn primary"
                      type="button"
                      aria-disabled={begin.busy || verdicts.counts.create === 0}
                      title={verdicts.counts.create === 0 ? "There is nothing to add" : undefined}
                      onClick={() => {
                        if (verdicts.counts.create > 0) void begin.run(source);
                      }}
                    >
                      <Icon name="box-arrow-in-down" />
                      {begin.busy ? "Sending" : `Import ${plural(verdicts.counts.create, "server")}`}
                    </button>
                  )}
                </div>
              </Panel>
            )}
          </div>
        )}
    </>
  );
}

function TemplateButton(): ReactElement {
  const action = useAction(async () => saveText("servers-template.csv", await importTemplate()));
  return (
    <>
      {action.error && <span className="err" role="alert">The template did not load ({action.error.code})</span>}
      <button className="btn" type="button" aria-disabled={action.busy} onClick={() => void action.run()}>
        <Icon name="download" />Template
      </button>
    </>
  );
}

function SourcePanel({ source, onTake }: { source: Source | undefined; onTake: (name: string, file: Blob) => Promise<void> }): ReactElement {
  const id = useId(), [over, setOver] = useState(false), [pasting, setPasting] = useState(false), [text, setText] = useState("");
  const [fault, setFault] = useState<string>();
  const take = (name: string, file: Blob): void => {
    if (file.size > importBytesMax) return setFault(`${name} is ${bytes(file.size)}; at most ${bytes(importBytesMax)} can be sent. Split it.`);
    setFault(undefined);
    void onTake(name, file);
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) take(file.name, file);
  };
  return (
    <Panel title="File" sub={source ? `${source.name}, ${bytes(source.file.size)}` : "CSV in UTF-8 with the column names in its first line, or a JSON array"}>
      <div className="pb col g3c">
        <div
          className={`dropz ${over ? "over" : ""}`}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={drop}
        >
          <Icon name="file-earmark-text" />
          <span>Drop a file here, or</span>
          <label className="btn sm" htmlFor={id}>{source ? "Choose another file" : "Choose a file"}</label>
          <input
            id={id}
            className="vh"
            type="file"
            accept=".csv,.json,.txt,text/csv,application/json"
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file) take(file.name, file);
              event.target.value = "";
            }}
          />
          <button className="btn ghost sm" type="button" aria-expanded={pasting} onClick={() => setPasting(!pasting)}>Paste text</button>
        </div>
        {pasting && (
          <div className="field">
            <label htmlFor={`${id}-t`}>Rows</label>
            <textarea
              id={`${id}-t`}
              className="input area mono"
              rows={6}
              value={text}
              maxLength={pasteLengthMax}
              placeholder={"name,hostname,engine,username,password,groups,labels\nOrders,sql01.example.com,sqlserver,dbtools,…,Production,emea|core"}
              spellCheck={false}
              onChange={(event) => setText(event.target.value)}
            />
            <span>
              <button
                className="btn sm"
                type="button"
                aria-disabled={text.trim() === ""}
                onClick={() => {
                  if (text.trim() !== "") take("Pasted text", new Blob([text]));
                }}
              >
                Use this text
              </button>
            </span>
          </div>
        )}
        {fault && <p className="err" role="alert"><Icon name="exclamation-circle" />{fault}</p>}
      </div>
    </Panel>
  );
}

function PreviewPanel({ source: { preview } }: { source: Source }): ReactElement {
  const { columns, rows, rowCount, fault } = preview;
  return (
    <Panel title="Preview" sub={rowCount === null ? "the beginning of the file" : plural(rowCount, "row")}>
      {fault && (
        <div className="pb">
          <Callout tone="critical" icon="x-octagon-fill" title={fault} />
        </div>
      )}
      {columns.length > 0 && (
        <div className="sx" tabIndex={0} role="region" aria-label="First rows">
          <table className="tbl xd" aria-label="First rows">
            <thead>
              <tr>{columns.map((c, i) => <th key={i}>{c || <span className="m3">no name</span>}</th>)}</tr>
            </thead>
            <tbody>{rows.map((row, r) => <tr key={r}>{row.map((cell, i) => <td key={i}>{cell}</td>)}</tr>)}</tbody>
          </table>
        </div>
      )}
      {columns.length === 0 && !fault && <p className="pb hint">A large JSON file is not shown here; the trial checks all of it.</p>}
    </Panel>
  );
}

/** As many new names as are spelled out. */
const namesMax = 12;

function Verdicts({ verdicts, validate }: { verdicts: ImportVerdicts; validate: boolean }): ReactElement {
  const names = (list: readonly string[]): string =>
    list.length > namesMax ? `${list.slice(0, namesMax).join(", ")} and ${count(list.length - namesMax)} more` : list.join(", ");
  return (
    <>
      {verdicts.newGroups.length > 0 && (
        <Callout tone="info" icon="info-circle-fill" title={`${plural(verdicts.newGroups.length, "group")} would be made.`}>{names(verdicts.newGroups)}</Callout>
      )}
      {verdicts.newLabels.length > 0 && (
        <Callout tone="info" icon="info-circle-fill" title={`${plural(verdicts.newLabels.length, "label")} would be made.`}>{names(verdicts.newLabels)}</Callout>
      )}
      {!verdicts.isComplete && (
        <Callout tone="warning" icon="exclamation-triangle-fill" title="Not all rows are listed.">
          The counts hold for the whole file; at most 10,000 rows of each kind are listed.
        </Callout>
      )}
      {validate && <p className="hint">Connections are tested while importing; a server whose test fails is left out and named in the result.</p>}
      <ImportVerdictTable verdicts={verdicts} />
    </>
  );
}

function Running({ id, source, progress, onAgain, onNew }: {
  id: string;
  source: Source | undefined;
  progress: (operation: Operation, tools: ReactNode) => ReactNode;
  onAgain: () => void;
  onNew: () => void;
}): ReactElement {
  const query = useOperation(id), operation = query.data;
  if (!operation) return query.error ? <ErrorCallout error={query.error} title="The import's progress did not load." /> : <Skeleton lines={5} />;
  const ended = !isRunning(operation), rest = ended && operation.status !== "succeeded";
  return (
    <>
      {progress(
        operation,
        ended && (
          <>
            {rest && source && (
              <button
                className="btn sm"
                type="button"
                title="Sends the same file again: only what is missing is added"
                onClick={onAgain}
              >
                <Icon name="arrow-repeat" />Resume
              </button>
            )}
            <button className="btn sm" type="button" onClick={onNew}>Another file</button>
            <Link className="btn sm primary" href="/servers" onClick={refreshServers}>Show servers</Link>
          </>
        ),
      )}
      {rest && !source && (
        <p className="foot hint">To go on, choose the same file again: only what is missing is added.</p>
      )}
    </>
  );
}
