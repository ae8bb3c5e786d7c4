/** SQL for CodeMirror: colours by token, completion by the schema. */
import { autocompletion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { StreamLanguage, type StreamParser } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { tags } from "@lezer/highlight";
import { KEYWORDS } from "@tenon/sqlite/browser";
import type { SchemaAnswer } from "../../../src/tools/sqlite/sqlite-wire.ts";
import { suggestionsAt } from "./completion.ts";

interface State {
  /** What ends the string or comment that goes on from the line before; empty outside. */
  until: string;
}

const WORDS: ReadonlySet<string> = new Set(KEYWORDS.map((keyword) => keyword.toUpperCase()));
const CONSTANTS: ReadonlySet<string> = new Set(["NULL", "TRUE", "FALSE"]);

const parser: StreamParser<State> = {
  name: "sql",
  startState: () => ({ until: "" }),
  token(stream, state) {
    if (state.until !== "") {
      const style = state.until === "*/" ? "comment" : state.until === "'" ? "string" : "variableName";
      if (stream.skipTo(state.until)) {
        stream.match(state.until);
        state.until = "";
      } else stream.skipToEnd();
      return style;
    }
    if (stream.eatSpace()) return null;
    if (stream.match(/^--.*/)) return "comment";
    if (stream.match("/*")) return goOn(state, "*/", "comment");
    if (stream.match(/^[xX]?'/)) return goOn(state, "'", "string");
    if (stream.match(/^["`]/)) return goOn(state, stream.current(), "variableName");
    if (stream.match(/^\[[^\]]*\]?/)) return "variableName";
    if (stream.match(/^(?:0[xX][\da-fA-F_]+|(?:\d[\d_]*)?\.?\d[\d_]*\.?(?:[eE][+-]?\d+)?)/)) return "number";
    if (stream.match(/^[?:@$#][\w$]*/)) return "atom";
    if (stream.match(/^[A-Za-z_\u0080-\u{10ffff}][\w$\u0080-\u{10ffff}]*/u)) {
      const word = stream.current().toUpperCase();
      if (CONSTANTS.has(word)) return "atom";
      if (WORDS.has(word)) return "keyword";
      return stream.match(/^\s*\(/, false) ? "function" : "variableName";
    }
    stream.next();
    return "operator";
  },
  languageData: { commentTokens: { line: "--", block: { open: "/*", close: "*/" } } },
  tokenTable: { function: tags.function(tags.variableName) },
};

function goOn(state: State, until: string, style: string): string {
  state.until = until;
  return style;
}

/** `schema` is asked at each completion. */
export function sqlLanguage(schema: () => SchemaAnswer | undefined): Extension {
  const complete = ({ state, pos, explicit }: CompletionContext): CompletionResult | null => {
    const found = suggestionsAt(state.doc.toString(), pos, schema()?.tables ?? [], KEYWORDS);
    if (found === undefined || (!explicit && found.from === pos && !found.afterDot)) return null;
    return { from: found.from, options: [...found.options], validFor: /^[\w$]*$/ };
  };
  return [StreamLanguage.define(parser), autocompletion({ override: [complete], icons: false })];
}
