/**
 * A syntax tree as a pattern again. Parsing what is printed gives the same tree, except that groups that do not capture are written out where
 * precedence asks for them, and that POSIX dialects have none: there a tree that only Perl can write is refused.
 */
import type { CharacterClass, ClassItem, ClassName, Node } from "./ast.ts";
import { RAW_BYTE, pushUtf8 } from "../unicode/utf8.ts";

export type PrintedSyntax = "bre" | "ere";

/** The pattern's bytes. Throws TypeError for what the dialect has no way to write. */
export function printPattern(root: Node, syntax: PrintedSyntax, encoding: "utf8" | "bytes" = "utf8"): Uint8Array {
  const printer = new Printer(syntax === "ere", encoding);
  printer.alternatives(root);
  return Uint8Array.from(printer.bytes);
}

const ASSERTIONS: Readonly<Record<string, string>> = {
  lineStart: "\\`",
  lineEnd: "\\'",
  wordBoundary: "\\b",
  notWordBoundary: "\\B",
  wordStart: "\\<",
  wordEnd: "\\>",
};

const ESCAPED_CLASSES: Readonly<Partial<Record<ClassName, readonly [string, string]>>> = {
  word: ["\\w", "\\W"],
  space: ["\\s", "\\S"],
  digit: ["\\d", "\\D"],
};

/** What means something by itself in both dialects, and in extended expressions only. */
const SPECIAL = "\\.*[^$";
const EXTENDED_SPECIAL = `${SPECIAL}+?{}()|`;

class Printer {
  readonly bytes: number[] = [];
  readonly #extended: boolean;
  readonly #encoding: "utf8" | "bytes";

  constructor(extended: boolean, encoding: "utf8" | "bytes") {
    this.#extended = extended;
    this.#encoding = encoding;
  }

  alternatives(node: Node): void {
    const branches = node.type === "alternation" ? node.branches : [node];
    for (const [i, branch] of branches.entries()) {
      if (i > 0) this.#operator("|");
      for (const part of branch.type === "concatenation" ? branch.parts : [branch]) this.#part(part);
    }
  }

  #part(node: Node): void {
    switch (node.type) {
      case "empty":
        break;
      case "character":
        this.#character(node.codePoint);
        break;
      case "any":
        this.#text(".");
        break;
      case "class":
        this.#class(node);
        break;
      case "assertion": {
        const written = ASSERTIONS[node.kind];
        if (written === undefined) throw new TypeError(`POSIX has no ${node.kind}`);
        this.#text(written);
        break;
      }
      case "group":
        if (node.index === 0) throw new TypeError("POSIX groups capture");
        this.#operator("(");
        this.alternatives(node.body);
        this.#operator(")");
        break;
      case "concatenation":
        for (const part of node.parts) this.#part(part);
        break;
      case "repeat":
        this.#repeat(node);
        break;
      case "backReference":
        this.#text(`\\${node.indices[0]!}`);
        break;
      default:
        throw new TypeError(`POSIX has no ${node.type}`);
    }
  }

  #repeat({ body, min, max, mode }: Node & { readonly type: "repeat" }): void {
    if (mode !== "greedy") throw new TypeError(`POSIX has no ${mode} repetition`);
    this.#part(body);
    if (max === Infinity && min === 0) this.#text("*");
    else if (max === Infinity && min === 1) this.#operator("+");
    else if (max === 1 && min === 0) this.#operator("?");
    else {
      this.#operator("{");
      this.#text(max === min ? `${min}` : max === Infinity ? `${min},` : `${min},${max}`);
      this.#operator("}");
    }
  }

  #character(codePoint: number): void {
    const letter = codePoint < 0x80 ? String.fromCharCode(codePoint) : "";
    const special = letter !== "" && (this.#extended ? EXTENDED_SPECIAL : SPECIAL).includes(letter);
    if (special) this.#text("\\");
    this.#push(codePoint);
  }

  #class({ negated, items, escape }: CharacterClass): void {
    const [first] = items;
    if (escape === true && first?.type === "named") {
      const written = ESCAPED_CLASSES[first.name]?.[negated !== first.negated ? 1 : 0];
      if (written === undefined) throw new TypeError(`POSIX has no escape for ${first.name}`);
      this.#text(written);
      return;
    }
    this.#text(negated ? "[^" : "[");
    // ] comes first, ^ anywhere but first, - last and once: the only places where they are themselves.
    const rank = (item: ClassItem): number => {
      if (item.type !== "range") return 1;
      if (item.low === 0x2d) return item.high === 0x2d ? 3 : 0;
      return item.low === 0x5d ? 0 : item.low === 0x5e ? 2 : 1;
    };
    const isHyphen = (item: ClassItem): boolean => rank(item) === 3;
    const others = items.filter((item) => !isHyphen(item));
    for (const item of others.toSorted((a, b) => rank(a) - rank(b))) this.#item(item);
    if (others.length < items.length) this.#text("-");
    this.#text("]");
  }

  #item(item: ClassItem): void {
    switch (item.type) {
      case "range":
        this.#push(item.low);
        if (item.low === item.high) break;
        this.#text("-");
        this.#push(item.high);
        break;
      case "named":
        this.#text(`[:${item.name}:]`);
        break;
      case "equivalence":
      case "collating": {
        const delimiter = item.type === "equivalence" ? "=" : ".";
        this.#text(`[${delimiter}`);
        this.#push(item.codePoint);
        this.#text(`${delimiter}]`);
        break;
      }
      default:
        throw new TypeError(`POSIX has no ${item.type}`);
    }
  }

  #operator(operator: string): void {
    this.#text(this.#extended ? operator : `\\${operator}`);
  }

  #text(text: string): void {
    for (let i = 0; i < text.length; i++) this.bytes.push(text.charCodeAt(i));
  }

  #push(codePoint: number): void {
    if (codePoint >= RAW_BYTE) this.bytes.push(codePoint - RAW_BYTE);
    else if (this.#encoding === "bytes") this.bytes.push(codePoint);
    else pushUtf8(codePoint, this.bytes);
  }
}
