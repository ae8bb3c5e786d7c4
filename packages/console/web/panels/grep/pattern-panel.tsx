/** The pattern explainer: how a pattern is read, what it becomes, and what it matches in a sample. */
import type { Outline } from "@tenon/regex";
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { SearchSyntax } from "../../../src/tools/search-wire.ts";
import { plural } from "../../format.ts";
import { Check } from "../../ui/check.tsx";
import { Segments } from "../../ui/segments.tsx";
import { explain, type Explanation } from "./explain.ts";
import "./grep-panel.css";
import { Marked } from "./marked.tsx";
import { SYNTAX_CHOICES } from "./syntaxes.ts";

const PATTERN = "(\\w+)@(\\w+\\.)+(org|com)";
const SAMPLE = "Write to ann@example.org or bert@mail.example.com,\nnot to nobody@nowhere.";

export function PatternPanel(): JSX.Element {
  const [pattern, setPattern] = useState(PATTERN);
  const [syntax, setSyntax] = useState<SearchSyntax>("ere");
  const [ignoreCase, setIgnoreCase] = useState(false);
  const [sample, setSample] = useState(SAMPLE);
  const found = useMemo(() => explain(pattern, syntax, ignoreCase, sample), [pattern, syntax, ignoreCase, sample]);
  return (
    <>
      <div class="page-head">
        <h1>Regex</h1>
        <span class="meta">How a pattern is read, and what it becomes. Everything happens in this browser.</span>
      </div>
      <section class="card pattern-input" aria-label="What is explained">
        <div class="toolbar">
          <input
            class="input mono grow"
            type="text"
            aria-label="Pattern"
            aria-invalid={"error" in found}
            spellcheck={false}
            autocomplete="off"
            value={pattern}
            onInput={(event) => setPattern(event.currentTarget.value)}
          />
          <Segments label="Syntax" options={SYNTAX_CHOICES} value={syntax} onChange={setSyntax} />
          <Check label="Any case" on={ignoreCase} onChange={setIgnoreCase} />
        </div>
        <textarea
          class="input mono"
          aria-label="Sample"
          rows={4}
          spellcheck={false}
          value={sample}
          onInput={(event) => setSample(event.currentTarget.value)}
        />
        {"error" in found && (
          <p class="bad" role="alert">
            {found.error}
          </p>
        )}
      </section>
      {!("error" in found) && <Findings {...found} />}
    </>
  );
}

function Findings({ tree, plan, groups, warnings, lines, trouble }: Explanation): JSX.Element {
  const matches = lines.reduce((sum, parts) => sum + (parts.length - 1) / 2, 0);
  const facts: readonly (readonly [string, string])[] = [
    ["Guarantee", GUARANTEES[plan.guarantee]],
    ["Engine", plan.engine],
    ["Literals", plan.literals.length === 0 ? "none that every match has" : plan.literals.join("  ")],
    ["Automaton", plan.states === 0 ? "none" : plural(plan.states, "instruction")],
    ["Groups", String(groups)],
  ];
  return (
    <div class="pattern-panel">
      <section class="card wide" aria-label="Matches">
        <h2>Matches</h2>
        <div class="pattern-matches">
          {lines.map((parts, index) => (
            <div key={index}>
              <Marked parts={parts} />
            </div>
          ))}
        </div>
        {trouble === undefined ? (
          <p class="muted" role="status">
            {matches === 0 ? "The sample has none." : plural(matches, "match").replace(/hs$/, "hes")}
          </p>
        ) : (
          <p class="bad" role="alert">
            {trouble}
          </p>
        )}
      </section>
      <section class="card" aria-label="Tree">
        <h2>Tree</h2>
        <ul class="pattern-tree">
          <Branch node={tree} />
        </ul>
      </section>
      <section class="card" aria-label="Plan">
        <h2>Plan</h2>
        <dl class="facts">
          {facts.map(([name, value]) => (
            <>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </>
          ))}
        </dl>
        {warnings.map((warning) => (
          <p class="muted" key={warning}>
            {warning}
          </p>
        ))}
      </section>
    </div>
  );
}

const GUARANTEES = {
  linear: "linear: time grows with pattern × text",
  bounded: "bounded: backtracking, up to a limit of steps",
} as const;

function Branch({ node }: { node: Outline }): JSX.Element {
  return (
    <li>
      {node.label}
      {node.children.length > 0 && (
        <ul>
          {node.children.map((child, index) => (
            <Branch key={index} node={child} />
          ))}
        </ul>
      )}
    </li>
  );
}
