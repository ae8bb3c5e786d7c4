/** What a script gave: the rows of its statements, one at a time, and what went wrong. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Failed, StatementResult, Trouble } from "../../../src/tools/sqlite/sqlite-wire.ts";
import { plural } from "../../format.ts";
import { Empty } from "../../ui/empty.tsx";
import { ResultChart } from "./result-chart.tsx";
import { ResultTable } from "./result-table.tsx";
import type { Ran } from "./use-database.ts";

export function RunView({ ran, chart }: { ran: Ran | undefined; chart: boolean }): JSX.Element {
  if (ran === undefined)
    return <Empty title="Nothing has run yet">Run is Ctrl-Enter; of a selection, it runs that.</Empty>;
  const { answer } = ran;
  if ("failure" in answer) return <TroubleView trouble={answer} ran={ran} />;
  const withRows = answer.results.filter(({ columns }) => columns.length > 0);
  return (
    <>
      {answer.trouble !== undefined && <TroubleView trouble={answer.trouble} ran={ran} />}
      {withRows.length > 0 ? (
        <Results key={ran} ran={ran} results={withRows} chart={chart} />
      ) : (
        answer.trouble === undefined && (
          <Empty title="Done">{plural(answer.results.length, "statement")} without rows.</Empty>
        )
      )}
    </>
  );
}

function Results({
  ran,
  results,
  chart,
}: {
  ran: Ran;
  results: readonly StatementResult[];
  chart: boolean;
}): JSX.Element {
  const [at, setAt] = useState(results.length - 1);
  const result = results[Math.min(at, results.length - 1)]!;
  return (
    <div class="sqlite-results">
      {chart ? <ResultChart key={result} result={result} /> : <ResultTable key={result} result={result} />}
      <div class="surface-foot">
        <span role="status">
          {plural(result.rows.length, "row")}
          {result.cut && ", and there are more"}
        </span>
        {results.length > 1 && (
          <label class="check end">
            Result of
            <select class="input" value={at} onChange={(event) => setAt(Number(event.currentTarget.value))}>
              {results.map(({ start, end }, index) => (
                <option key={index} value={index}>
                  {index + 1}: {ran.sql.slice(start, Math.min(end, start + 40))}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
    </div>
  );
}

function TroubleView({ trouble, ran }: { trouble: Trouble | Failed; ran: Ran }): JSX.Element {
  const { code, message } = "failure" in trouble ? trouble.failure : trouble;
  return (
    <div class="sqlite-trouble bad" role="alert">
      <strong>{message}</strong>
      <span>
        {code}
        {"start" in trouble && `, ${placeOf(ran.text, ran.at + trouble.start)}`}
      </span>
    </div>
  );
}

function placeOf(text: string, at: number): string {
  const before = text.slice(0, at).split("\n");
  return `line ${before.length}, column ${before.at(-1)!.length + 1}`;
}

/** A name as SQL wants it. */
export function quoted(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
