/** --explain: what the patterns became. */
import type { Regex } from "@tenon/regex";
import { type ByteString, fromText } from "../byte-string.ts";

export function explanation({ plan, captureCount }: Regex): ByteString {
  const { guarantee, literals, states, engine } = plan;
  const rows: readonly (readonly [string, string])[] = [
    ["engine", engine],
    [
      "guarantee",
      guarantee === "linear"
        ? "linear: time grows with pattern × text"
        : "bounded: backtracking, which gives up at a limit",
    ],
    [
      "literals",
      literals.length === 0
        ? "none that every match contains"
        : literals.map((text) => JSON.stringify(text)).join(" or "),
    ],
    ["automaton", `${states} instructions`],
    ["groups", String(captureCount)],
  ];
  return fromText(rows.map(([name, value]) => `${name.padEnd(10)} ${value}\n`).join(""));
}
