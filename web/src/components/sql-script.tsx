// A script to read, copy or save. Keywords and comments are coloured; nothing else of SQL is understood here.
import type { ReactElement } from "react";
import { saveText } from "../lib/save-file";
import { CopyButton } from "./bits";
import { Icon } from "./icon";

/** Longer lines of code than this many are not coloured: the page stays quick. */
const colouredLinesMax = 2_000;
const keywords = new RegExp(
  String.raw`\b(GRANT|TO|ON|USE|ALTER|ROLE|ADD|MEMBER|CREATE|DROP|LOGIN|USER|WITH|PASSWORD|FOR|SERVER|DATABASE|SCHEMA|TABLE|PROCEDURE|FUNCTION|AS|BEGIN|END|IF|NOT|EXISTS|SELECT|FROM|WHERE|INSERT|INTO|VALUES|EXEC|GO|SET|RETURNS|LANGUAGE|IDENTIFIED|BY)\b`,
);

export function SqlScript({ title, note, text, fileName = "script.sql", tall = false }: {
  title: string;
  note?: string;
  text: string;
  fileName?: string;
  tall?: boolean;
}): ReactElement {
  const lines = text.replace(/\n$/, "").split("\n");
  return (
    <div>
      <div className="codeh">
        <h3>{title}</h3>
        {note && <span className="m3 t12 hide8 ell">{note}</span>}
        <span className="grow" />
        <button className="btn sm" type="button" onClick={() => saveText(fileName, text, "application/sql;charset=utf-8")}>
          <Icon name="download" />Save
        </button>
        <CopyButton text={text} />
      </div>
      <div className={`code ${tall ? "tall-code" : ""}`} tabIndex={0} role="region" aria-label={title}>
        <pre>{lines.length > colouredLinesMax ? text : lines.map((line, i) => <Line key={i} line={line} />)}</pre>
      </div>
    </div>
  );
}

function Line({ line }: { line: string }): ReactElement {
  const at = line.indexOf("--"), code = at < 0 ? line : line.slice(0, at);
  return (
    <>
      {code.split(keywords).map((part, i) => (i % 2 === 1 ? <span key={i} className="k">{part}</span> : part))}
      {at >= 0 && <span className="cm">{line.slice(at)}</span>}
      {"\n"}
    </>
  );
}
