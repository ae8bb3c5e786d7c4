/** How statements would be carried out: the plan as a tree, and the JavaScript that they are compiled to. */
import type { ComponentChildren, JSX } from "preact";
import type { ExplainAnswer, ExplainedStatement, Failed } from "../../../src/tools/sqlite/sqlite-wire.ts";
import { Empty } from "../../ui/empty.tsx";
import { CopyButton } from "../../ui/icon-button.tsx";
import { indented } from "./indent.ts";
import { type PlanNode, planTree } from "./plan-tree.ts";

export interface Explained {
  /** The text that was asked about. */
  readonly sql: string;
  readonly answer: ExplainAnswer | Failed;
}

interface Props {
  /** Undefined while it is asked for. */
  readonly explained: Explained | undefined;
}

export function PlanView({ explained }: Props): JSX.Element {
  return (
    <Statements explained={explained}>
      {({ plan }) => {
        const nodes = planTree(plan);
        if (nodes.length === 0) return <p class="muted sqlite-no-plan">Goes through no table.</p>;
        return <PlanNodes nodes={nodes} label="Query plan" />;
      }}
    </Statements>
  );
}

function PlanNodes({ nodes, label }: { nodes: readonly PlanNode[]; label?: string }): JSX.Element {
  return (
    <ul class="sqlite-plan" aria-label={label}>
      {nodes.map(({ id, detail, children }) => {
        const [verb = "", ...rest] = detail.split(" ");
        return (
          <li key={id}>
            <span class="mono">
              <b class={verb}>{verb}</b> {rest.join(" ")}
            </span>
            {children.length > 0 && <PlanNodes nodes={children} />}
          </li>
        );
      })}
    </ul>
  );
}

export function JavaScriptView({ explained }: Props): JSX.Element {
  return (
    <Statements explained={explained}>
      {({ source }) => {
        if (source === null) return <p class="muted sqlite-no-plan">Is carried out without code of its own.</p>;
        const text = indented(source);
        return (
          <div class="sqlite-source">
            <CopyButton text={text} label="Copy the JavaScript" />
            <pre aria-label="JavaScript" tabIndex={0}>
              {text}
            </pre>
          </div>
        );
      }}
    </Statements>
  );
}

function Statements(props: Props & { children: (statement: ExplainedStatement) => ComponentChildren }): JSX.Element {
  const { explained, children } = props;
  if (explained === undefined) return <div class="fill" aria-busy />;
  const { sql, answer } = explained;
  if ("failure" in answer) return <Empty title="Not explained">{answer.failure.message}</Empty>;
  if (answer.statements.length === 0) {
    return (
      <Empty title={answer.trouble === undefined ? "There is no statement" : "The statement has an error"}>
        {answer.trouble?.message}
      </Empty>
    );
  }
  return (
    <div class="sqlite-scroll">
      {answer.statements.map((statement) => (
        <section key={statement.start} aria-label={sql.slice(statement.start, statement.end)}>
          <code class="sqlite-statement">{sql.slice(statement.start, statement.end)}</code>
          {children(statement)}
        </section>
      ))}
      {answer.trouble !== undefined && <p class="bad sqlite-no-plan">{answer.trouble.message}</p>}
    </div>
  );
}
