/** Lox for CodeMirror: colours by token, indentation by braces. */
import { StreamLanguage, type StreamParser, type StringStream } from "@codemirror/language";
import { tags } from "@lezer/highlight";
import { KEYWORDS } from "@tenon/lox";

interface State {
  inString: boolean;
  depth: number;
}

const CONSTANTS: ReadonlySet<string> = new Set(["true", "false", "nil", "this", "super"]);

const parser: StreamParser<State> = {
  name: "lox",
  startState: () => ({ inString: false, depth: 0 }),
  token(stream, state) {
    if (state.inString) return stringRest(stream, state);
    if (stream.eatSpace()) return null;
    if (stream.match(/^\/\/.*/)) return "lineComment";
    if (stream.match(/^\d+(?:\.\d+)?/)) return "number";
    const word = stream.match(/^[A-Za-z_]\w*/) ? stream.current() : "";
    if (word !== "") return wordStyle(word, stream);
    const character = stream.next();
    if (character === '"') return stringRest(stream, state);
    if (character === "{") state.depth++;
    if (character === "}") state.depth = Math.max(0, state.depth - 1);
    return "operator";
  },
  indent(state, textAfter, { unit }) {
    return state.inString ? null : (state.depth - (textAfter.startsWith("}") ? 1 : 0)) * unit;
  },
  languageData: {
    commentTokens: { line: "//" },
    indentOnInput: /^\s*\}$/,
    closeBrackets: { brackets: ["(", "{", '"'] },
  },
  tokenTable: { function: tags.function(tags.variableName) },
};

function wordStyle(word: string, stream: StringStream): string {
  if (CONSTANTS.has(word)) return "atom";
  if (KEYWORDS.has(word)) return "keyword";
  return stream.match(/^\s*\(/, false) ? "function" : "variableName";
}

/** Strings go on over lines. */
function stringRest(stream: StringStream, state: State): string {
  state.inString = stream.skipTo('"') !== true;
  if (state.inString) stream.skipToEnd();
  else stream.next();
  return "string";
}

export const loxLanguage: StreamLanguage<State> = StreamLanguage.define(parser);
