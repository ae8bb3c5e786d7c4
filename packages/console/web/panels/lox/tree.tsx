/** The syntax tree: a line per node, its children below when it is opened. A click shows the node's text in the editor. */
import type { Json } from "@tenon/lox";
import type { JSX } from "preact";
import { useState } from "preact/hooks";

type Fields = Readonly<Record<string, Json>>;
type Choose = (start: number, end: number) => void;

/** Nodes above this depth are open at first. */
const OPEN_LEVELS = 4;

export function Tree({ tree, choose }: { tree: Json; choose: Choose }): JSX.Element {
  const body = (tree as Fields)["body"] as readonly Json[];
  return (
    <ul class="lox-tree" aria-label="Syntax tree">
      {body.map((node, index) => (
        <TreeNode key={index} node={node as Fields} label="" level={0} choose={choose} />
      ))}
    </ul>
  );
}

interface NodeProps {
  node: Fields;
  /** Which field of the parent it is; empty in a list. */
  label: string;
  level: number;
  choose: Choose;
}

function TreeNode({ node, label, level, choose }: NodeProps): JSX.Element {
  const [open, setOpen] = useState(level < OPEN_LEVELS);
  const children = childrenOf(node);
  const [start, end] = node["range"] as readonly [number, number];
  return (
    <li>
      <div class="lox-node">
        {children.length > 0 ? (
          <button
            type="button"
            class="twig"
            aria-expanded={open}
            aria-label={`${node["kind"]}`}
            onClick={() => setOpen(!open)}
          >
            {open ? "−" : "+"}
          </button>
        ) : (
          <span class="twig" />
        )}
        <button type="button" class="lox-node-text" onClick={() => choose(start, end)}>
          {label !== "" && <span class="faint">{label} </span>}
          <b>{String(node["kind"])}</b> <span class="mono">{details(node)}</span>
        </button>
      </div>
      {open && children.length > 0 && (
        <ul>
          {children.map(([name, child], index) => (
            <TreeNode key={index} node={child} label={name} level={level + 1} choose={choose} />
          ))}
        </ul>
      )}
    </li>
  );
}

function isNode(value: Json): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Nodes below a node, with the names of their fields. */
function childrenOf(node: Fields): readonly (readonly [string, Fields])[] {
  return Object.entries(node).flatMap(([name, value]) => {
    if (isNode(value)) return [[name, value] as const];
    return Array.isArray(value) ? value.filter(isNode).map((child) => ["", child] as const) : [];
  });
}

/** A node's own plain fields, in one line. */
function details(node: Fields): string {
  const parts = Object.entries(node).flatMap(([name, value]) => {
    if (name === "kind" || name === "range" || name === "line" || isNode(value)) return [];
    if (Array.isArray(value)) return name === "parameters" ? [`(${value.join(", ")})`] : [];
    if (node["kind"] === "literal") return [JSON.stringify(value)];
    if (value === null) return [];
    return [name === "scope" ? `· ${String(value)}` : String(value)];
  });
  return parts.join(" ");
}
