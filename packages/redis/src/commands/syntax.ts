/**
 * The notation in which rows describe their arguments, and the tree that COMMAND DOCS shows.
 *
 *     key value [condition:(NX | XX)] [GET] [EX seconds:integer] data:{field value}... [count:integer]
 *
 * `[…]` optional; `name:(a | b)` one of; `name:{a b}` a block; `…` behind an item: may be repeated; words in upper case are
 * tokens, and belong to the argument behind them, or stand alone, as does `""`, the empty string; `name:type`, where the type is string unless the name says
 * otherwise (key, source, destination: key; pattern: pattern). `type@n` says which key spec it belongs to, where that is not the next one;
 * `[TOKEN name]…` that the token is repeated with the argument.
 */

export type ArgumentType =
  | "string"
  | "integer"
  | "double"
  | "key"
  | "pattern"
  | "unix-time"
  | "pure-token"
  | "oneof"
  | "block";

export interface Argument {
  readonly name: string;
  readonly type: ArgumentType;
  token?: string;
  optional?: boolean;
  multiple?: boolean;
  multipleToken?: boolean;
  readonly arguments?: readonly Argument[];
  /** Index of the key spec, for keys. */
  keySpec?: number;
}

const TYPES = new Set<string>(["string", "integer", "double", "key", "pattern", "unix-time"]);
const KEY_NAMES = new Set(["key", "source", "destination", "newkey"]);
const LEXEME = /\s*(\.\.\.|[[\](){}|:]|[^\s[\](){}|:.]+)/y;

/** The arguments that `syntax` describes. Throws on a mistake in it. */
export function parseSyntax(syntax: string): Argument[] {
  const parser = new SyntaxParser(syntax);
  const parsed = parser.sequence("");
  let keySpec = 0;
  number(parsed, () => keySpec++);
  return parsed;
}

/** Gives the keys their specs' numbers, in order. */
function number(list: readonly Argument[], next: () => number): void {
  for (const argument of list) {
    if (argument.type === "key") argument.keySpec ??= next();
    if (argument.arguments !== undefined) number(argument.arguments, next);
  }
}

class SyntaxParser {
  readonly #lexemes: string[] = [];
  #at = 0;

  constructor(syntax: string) {
    LEXEME.lastIndex = 0;
    const text = syntax.trimEnd();
    while (LEXEME.lastIndex < text.length) {
      const from = LEXEME.lastIndex;
      const match = LEXEME.exec(text);
      if (match === null) throw new Error(`syntax "${syntax}" breaks at ${from}`);
      this.#lexemes.push(match[1]!);
    }
  }

  get #next(): string | undefined {
    return this.#lexemes[this.#at];
  }

  #take(expected: string): void {
    if (this.#lexemes[this.#at++] !== expected)
      throw new Error(`syntax: ${expected} missing: ${this.#lexemes.join(" ")}`);
  }

  /** Items up to `close`, which is left. */
  sequence(close: string): Argument[] {
    const items: Argument[] = [];
    while (this.#next !== undefined && this.#next !== close && this.#next !== "|") items.push(this.#item());
    return items;
  }

  /** Alternatives up to `close`; one, or a oneof called `name`. */
  #alternatives(close: string, name: string): Argument {
    const choices: Argument[] = [];
    for (;;) {
      const items = this.sequence(close);
      choices.push(items.length === 1 ? items[0]! : { name: items[0]?.name ?? name, type: "block", arguments: items });
      if (this.#next !== "|") break;
      this.#at++;
    }
    this.#take(close);
    return choices.length === 1 ? choices[0]! : { name, type: "oneof", arguments: choices };
  }

  #item(): Argument {
    const argument = this.#unit();
    if (this.#next === "...") {
      this.#at++;
      argument.multiple = true;
      if (argument.optional === true && argument.token !== undefined) argument.multipleToken = true;
    }
    return argument;
  }

  #unit(): Argument {
    const word = this.#lexemes[this.#at++]!;
    if (word === "[") {
      const inner = this.#alternatives("]", "option");
      inner.optional = true;
      return inner;
    }
    if (word === "(") return this.#alternatives(")", "option");
    if (word === '""') return { name: "empty-string", type: "pure-token", token: "" };
    if (word === "{") {
      const items = this.sequence("}");
      this.#take("}");
      return { name: items[0]?.name ?? "block", type: "block", arguments: items };
    }
    if (/^[*$=~]$/.test(word) || (word === word.toUpperCase() && /[A-Z]/.test(word))) return this.#token(word);
    return this.#named(word);
  }

  /** A token, with the argument behind it when there is one. */
  #token(token: string): Argument {
    const following = this.#next;
    const standsAlone =
      following === undefined ||
      /^[\])}|[]|\.\.\.$/.test(following) ||
      (following === following.toUpperCase() && /[A-Z]/.test(following));
    if (standsAlone) return { name: token.toLowerCase(), type: "pure-token", token };
    const argument = this.#unit();
    argument.token = token;
    return argument;
  }

  #named(name: string): Argument {
    if (this.#next !== ":") {
      return { name, type: KEY_NAMES.has(name) ? "key" : name === "pattern" ? "pattern" : "string" };
    }
    this.#at++;
    const kind = this.#lexemes[this.#at++]!;
    if (kind === "(") return { ...this.#alternatives(")", name), name };
    if (kind === "{") {
      const items = this.sequence("}");
      this.#take("}");
      return { name, type: "block", arguments: items };
    }
    const [type, keySpec] = kind.split("@") as [string, string?];
    if (!TYPES.has(type)) throw new Error(`syntax: no such type: ${kind}`);
    return { name, type: type as ArgumentType, ...(keySpec === undefined ? {} : { keySpec: Number(keySpec) }) };
  }
}
