/**
 * Where statements end in lines of text: sqlite3_complete (https://www.sqlite.org/c3ref/complete.html), and the quick look that decides whether asking it
 * is worth while.
 *
 * A semicolon ends a statement, except within CREATE TRIGGER, where `;END;` does.
 */
type Word = ";" | " " | "other" | "EXPLAIN" | "CREATE" | "TEMP" | "TRIGGER" | "END";
type State = "invalid" | "start" | "normal" | "explain" | "create" | "trigger" | "semicolon" | "end";

/** What follows a state at each kind of word: `;`, space, others, EXPLAIN, CREATE, TEMP, TRIGGER, END. */
const NEXT: Readonly<Record<State, readonly State[]>> = {
  invalid: ["start", "invalid", "normal", "explain", "create", "normal", "normal", "normal"],
  start: ["start", "start", "normal", "explain", "create", "normal", "normal", "normal"],
  normal: ["start", "normal", "normal", "normal", "normal", "normal", "normal", "normal"],
  explain: ["start", "explain", "explain", "normal", "create", "normal", "normal", "normal"],
  create: ["start", "create", "normal", "normal", "normal", "create", "trigger", "normal"],
  trigger: ["semicolon", "trigger", "trigger", "trigger", "trigger", "trigger", "trigger", "trigger"],
  semicolon: ["semicolon", "semicolon", "trigger", "trigger", "trigger", "trigger", "trigger", "end"],
  end: ["start", "end", "trigger", "trigger", "trigger", "trigger", "trigger", "trigger"],
};
const WORDS: readonly Word[] = [";", " ", "other", "EXPLAIN", "CREATE", "TEMP", "TRIGGER", "END"];

/** One token: space and comments, quoted text, a word, or any other character. Text that is left open matches nothing but the last part. */
const TOKEN =
  /(?<space>[ \t\n\f\r]+|--[^\n]*\n?|\/\*[^]*?\*\/)|(?<quoted>'[^']*'|"[^"]*"|`[^`]*`|\[[^\]]*\])|(?<word>[A-Za-z0-9_$\u0080-\uffff]+)|(?<open>\/\*|['"`[])|(?<other>[^])/g;

/** Whether the text ends with a whole statement. */
export function isComplete(text: string): boolean {
  let state: State = "invalid";
  for (const { groups } of text.matchAll(TOKEN)) {
    if (groups!["open"] !== undefined) return false; // the expression has named groups
    state = NEXT[state][WORDS.indexOf(wordOf(groups!))]!;
  }
  return state === "start";
}

function wordOf({ space, word, other }: Readonly<Record<string, string | undefined>>): Word {
  if (space !== undefined) return " ";
  if (other === ";") return ";";
  switch (word?.toUpperCase()) {
    case "TEMP":
    case "TEMPORARY":
      return "TEMP";
    case "EXPLAIN":
      return "EXPLAIN";
    case "CREATE":
      return "CREATE";
    case "TRIGGER":
      return "TRIGGER";
    case "END":
      return "END";
    default:
      return "other";
  }
}

/** What is known of lines so far. */
export interface LineState {
  /** What an open quote or comment (`*`) waits for; empty: nothing is open. */
  readonly open: string;
  /** There is more than space and comments. */
  readonly hasContent: boolean;
  /** A semicolon is the last thing besides space and comments. */
  readonly endsWithSemicolon: boolean;
}

export const NO_LINES: LineState = { open: "", hasContent: false, endsWithSemicolon: false };

/** The state behind one more line. */
export function afterLine(line: string, before: LineState): LineState {
  let { open, hasContent, endsWithSemicolon } = before;
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!;
    if (open !== "") {
      if (character !== (open === "*" ? "*" : open)) continue;
      if (open === "*") {
        if (line[at + 1] !== "/") continue;
        at += 1;
      } else if (open !== "]" && line[at + 1] === open) {
        at += 1;
        continue;
      }
      open = "";
    } else if (isSpace(character)) continue;
    else if (character === "-" && line[at + 1] === "-") break;
    else if (character === ";") endsWithSemicolon = true;
    else if (character === "/" && line[at + 1] === "*") {
      open = "*";
      at += 1;
    } else {
      if (`'"\`[`.includes(character)) open = character === "[" ? "]" : character;
      hasContent = true;
      endsWithSemicolon = false;
    }
  }
  return { open, hasContent, endsWithSemicolon };
}

export function isSpace(character: string): boolean {
  return (character >= "\t" && character <= "\r") || character === " ";
}

/** Whether nothing but space and whole comments has been seen. */
export function isBlank({ open, hasContent, endsWithSemicolon }: LineState): boolean {
  return open === "" && !hasContent && !endsWithSemicolon;
}
