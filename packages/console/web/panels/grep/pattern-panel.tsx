/** The pattern explainer: how a pattern is read, what it becomes, and what it matches in a sample. */
import type { Outline } from "@tenon/regex";
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { SearchSyntax } from "../../../src/tools/search-wire.ts";
import { Segments } from "../../ui/segments.tsx";
import { Check } from "./check.tsx";
import { explain, type Explanation } from "./explain.ts";
import "./grep-panel.css";
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
      <div class="toolbar">
        <input
          class="input grep-pattern"
          type="text"
          aria-label="Pattern"
          spellcheck={false}
          value={pattern}
          onInput={(event) => setPattern(event.currentTarget.value)}
        />
        <Segments label="Syntax" options={SYNTAX_CHOICES} value={syntax} onChange={setSyntax} />
        <Check label="any case" on={ignoreCase} onChange={setIgnoreCase} />
      </div>
      <label class="grep-sample">
        Sample
        <textarea
          rows={4}
          spellcheck={false}
          value={sample}
          onInput={(event) => setSample(event.currentTarget.value)}
        />
      </label>
      {"error" in found ? <p role="alert">{found.error}</p> : <Findings {...found} />}
    </>
  );
}

function Findings({ tree, plan, groups, warnings, lines }: Explanation): JSX.Element {
  return (
    <div class="grep-findings">
      <section>
        <h2>Matches</h2>
        {lines.map((parts, index) => (
          <div class="grep-line" key={index}>
            <code>{parts.map((part, at) => (at % 2 === 1 ? <mark key={at}>{part}</mark> : part))}</code>
          </div>
        ))}
        {warnings.map((warning) => (
          <p class="meta" key={warning}>
            {warning}
          </p>
        ))}
      </section>
      <section>
        <h2>Plan</h2>
        <dl class="grep-plan">
          <dt>Guarantee</dt>
          <dd>
            {plan.guarantee === "linear"
              ? "linear: time grows with pattern × text"
              : "bounded: backtracking, up to a limit"}
          </dd>
          <dt>Engine</dt>
          <dd>{plan.engine}</dd>
          <dt>Literals</dt>
          <dd>{plan.literals.length === 0 ? "none that every match has" : plan.literals.join(" or ")}</dd>
          <dt>Automaton</dt>
          <dd>{plan.states} instructions</dd>
          <dt>Groups</dt>
          <dd>{groups}</dd>
        </dl>
      </section>
      <section>
        <h2>Tree</h2>
        <ul class="grep-tree">
          <Branch node={tree} />
        </ul>
      </section>
    </div>
  );
}

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
