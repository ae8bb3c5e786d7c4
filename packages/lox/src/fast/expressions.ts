/**
 * Expressions → JavaScript.
 *
 * Lox fixes an order: operands from left to right, then the check, then the operation. JavaScript has the same order but
 * other checks, so an operand that has to be looked at twice goes into a temporary first, unless its text is a name that
 * nothing changes in between. The check in the hot path is a `typeof` or a comparison; a failing one calls a function of
 * the runtime, which finds out what is wrong, and throws.
 */
import type { Dialect } from "../dialect.ts";
import type { Binding } from "../resolve/binding.ts";
import type {
  AssignExpression,
  BinaryExpression,
  CallExpression,
  ChainLink,
  Expression,
  GetExpression,
  LogicalExpression,
  Place,
  SetExpression,
  SuperExpression,
  UnaryExpression,
} from "../syntax/ast.ts";
import { type Code, computed, mark } from "./code.ts";
import {
  ANY,
  binaryType,
  BOOLEAN,
  isOnly,
  literalType,
  type LocalTypes,
  NIL,
  NUMBER,
  OBJECT,
  STRING,
} from "./types.ts";

/** Links of a chain that stand in one JavaScript expression. */
const LINKS_AT_ONCE = 40;

/** What the runtime calls a failing (or rarer) operation. */
const SLOW_ARITHMETIC: Readonly<Record<string, string>> = {
  "+": "add",
  "-": "numbers",
  "*": "numbers",
  "/": "numbers",
  "<": "numbers",
  "<=": "numbers",
  ">": "numbers",
  ">=": "numbers",
};

/** The JavaScript name of a property: its own name space, apart from everything that JavaScript objects have. */
export function propertyName(name: string): string {
  return `$${name}`;
}

/** Text for a Lox value that the source spells out. */
function literalText(value: string | number | boolean | null): string {
  if (typeof value === "number" && value === Infinity) return "(1/0)";
  const text = JSON.stringify(value);
  // JavaScript counts these as ends of lines even inside a literal, and lines lead back to the source.
  return typeof value === "string" ? text.replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029") : text;
}

export abstract class ExpressionGenerator {
  protected readonly dialect: Dialect;
  protected readonly types: LocalTypes;
  /** Global names that the program declares, and so keeps itself; with the JavaScript of each one's variable. */
  protected readonly ownGlobals: ReadonlyMap<string, string>;
  /** Global names that the program only uses: looked up in the table that all programs share. */
  protected readonly usedGlobals: Set<string> = new Set();
  #temporaries = 0;
  #mostTemporaries = 0;
  readonly #bindingNames: Map<Binding, string> = new Map<Binding, string>();

  constructor(dialect: Dialect, types: LocalTypes, ownGlobals: ReadonlyMap<string, string>) {
    this.dialect = dialect;
    this.types = types;
    this.ownGlobals = ownGlobals;
  }

  /** Whether methods may use JavaScript's own `this` here for the binding. */
  protected abstract isOwnThis(binding: Binding): boolean;

  /** Whether a global is one of the program's own whose definition has run by the time the code here does. */
  protected abstract isSurelyDefined(name: string): boolean;

  /** Declares the temporaries that `generate` needs before its result. */
  protected withTemporaries(generate: () => string): string {
    let text = "";
    const names = this.collectingTemporaries(() => {
      text = generate();
    });
    return names.length === 0 ? text : `let ${names.join(",")};${text}`;
  }

  /** Returns the names of the temporaries that `generate` needs. */
  protected collectingTemporaries(generate: () => void): string[] {
    const outer = { now: this.#temporaries, most: this.#mostTemporaries };
    this.#temporaries = this.#mostTemporaries = 0;
    generate();
    const names = Array.from({ length: this.#mostTemporaries }, (_, index) => `t${index}`);
    this.#temporaries = outer.now;
    this.#mostTemporaries = outer.most;
    return names;
  }

  protected temporary(): string {
    const name = `t${this.#temporaries++}`;
    this.#mostTemporaries = Math.max(this.#mostTemporaries, this.#temporaries);
    return name;
  }

  /** Runs `generate`, and lets later code use the temporaries again that it took. */
  protected releasing<T>(generate: () => T): T {
    const before = this.#temporaries;
    const result = generate();
    this.#temporaries = before;
    return result;
  }

  protected localName(binding: Binding): string {
    const known = this.#bindingNames.get(binding);
    if (known !== undefined) return known;
    const name = `${binding.name}$${this.#bindingNames.size}`;
    this.#bindingNames.set(binding, name);
    return name;
  }

  protected globalName(name: string): string {
    const own = this.ownGlobals.get(name);
    if (own !== undefined) return own;
    this.usedGlobals.add(name);
    return `c$${name}.v`;
  }

  /** The expression as a JavaScript expression of its own: safe between commas and after operators. */
  protected expression(node: Expression): Code {
    switch (node.kind) {
      case "literal":
        return { text: literalText(node.value), type: literalType(node.value), form: "constant" };
      case "grouping":
        return this.expression(node.expression);
      case "unary":
        return this.releasing(() => this.#unary(node));
      case "binary":
      case "logical":
      case "call":
      case "get":
        return this.#chain(node);
      case "variable":
        return this.#variable(node.name.lexeme, node.binding, node);
      case "assign":
        return this.releasing(() => this.#assign(node));
      case "set":
        return this.releasing(() => this.#set(node));
      case "this":
        return { text: this.thisText(node.binding!), type: OBJECT, form: "constant" };
      case "super":
        return this.#superGet(node);
      case "missing":
        throw new Error("a tree with syntax errors has no code");
    }
  }

  protected thisText(binding: Binding): string {
    return this.isOwnThis(binding) ? "this" : this.localName(binding);
  }

  /** A JavaScript expression that is true where Lox's condition holds. */
  protected condition(node: Expression): string {
    if (node.kind === "unary" && node.operator === "!") return `!(${this.condition(node.operand)})`;
    if (node.kind === "grouping") return this.condition(node.expression);
    return this.releasing(() => this.#truth(this.expression(node)));
  }

  #truth(code: Code): string {
    if (isOnly(code.type, BOOLEAN)) return code.text;
    if (isOnly(code.type, NUMBER | STRING | OBJECT)) return `(${code.text},true)`;
    const { setup, text } = this.#repeatable(code);
    return `(${setup}${text}!==false&&${text}!==null)`;
  }

  /** Text that may stand more than once, and what has to be evaluated before it (ending in a comma, if anything). */
  #repeatable(code: Code): { readonly setup: string; readonly text: string } {
    if (code.form !== "computed") return { setup: "", text: code.text };
    const name = this.temporary();
    return { setup: `${name}=${code.text},`, text: name };
  }

  /** As `#repeatable`, for an operand that must keep its value while `next` is evaluated. */
  #kept(code: Code, next: Code): { readonly setup: string; readonly text: string } {
    if (code.form === "variable" && next.form === "computed") return this.#repeatable({ ...code, form: "computed" });
    return this.#repeatable(code);
  }

  #variable(name: string, binding: Binding | null | undefined, place: Place): Code {
    if (binding) {
      const form = binding.assigned ? "variable" : "constant";
      return { text: this.localName(binding), type: this.types.ofBinding(binding), form };
    }
    const text = this.globalName(name);
    if (this.isSurelyDefined(name)) return { text, type: ANY, form: "variable" };
    if (this.ownGlobals.has(name)) {
      return computed(`(${text}===undefined?${mark(place)}undefinedVariable("${name}"):${text})`);
    }
    const value = this.temporary();
    return computed(`((${value}=${text})===undefined?${mark(place)}undefinedVariable("${name}"):${value})`);
  }

  #assign(node: AssignExpression): Code {
    const value = this.expression(node.value);
    if (node.binding) return computed(`(${this.localName(node.binding)}=${value.text})`, value.type);
    const target = this.globalName(node.name.lexeme);
    if (this.isSurelyDefined(node.name.lexeme)) return computed(`(${target}=${value.text})`, value.type);
    const { setup, text } = this.#repeatable(value);
    const failure = `${mark(node)}undefinedVariable("${node.name.lexeme}")`;
    return computed(`(${setup}${target}===undefined?${failure}:${target}=${text})`, value.type);
  }

  #unary(node: UnaryExpression): Code {
    if (node.operator === "!") return computed(`!${this.condition(node.operand)}`, BOOLEAN);
    const operand = this.expression(node.operand);
    if (isOnly(operand.type, NUMBER)) return computed(`(-${operand.text})`, NUMBER);
    const { setup, text } = this.#repeatable(operand);
    return computed(`(${setup}typeof ${text}==="number"?-${text}:${mark(node)}notANumber())`, NUMBER);
  }

  /**
   * Chains lean to the left and may be long: from the innermost link outwards, without recursion. JavaScript's own parser does
   * recurse into what is nested, so every so many links the value so far goes into a temporary, and the text begins anew.
   */
  #chain(node: Expression): Code {
    const links: ChainLink[] = [];
    let first = node;
    for (;;) {
      if (first.kind === "binary" || first.kind === "logical") {
        links.push(first);
        first = first.left;
      } else if (first.kind === "get") {
        links.push(first);
        first = first.object;
      } else if (first.kind === "call" && first.callee.kind !== "super") {
        links.push(first);
        // `object.name(arguments)` is one link.
        first = first.callee.kind === "get" ? first.callee.object : first.callee;
      } else {
        break;
      }
    }
    const before = this.#temporaries;
    const held = links.length > LINKS_AT_ONCE ? this.temporary() : "";
    let setup = "";
    let code = this.#firstOfChain(first, links.at(-1));
    for (let index = links.length - 1; index >= 0; index--) {
      const inner = this.#temporaries;
      code = this.#link(links[index]!, code);
      this.#temporaries = inner;
      if (index === 0 || (links.length - index) % LINKS_AT_ONCE !== 0) continue;
      setup += `${held}=${code.text},`;
      code = { text: held, type: code.type, form: "constant" };
    }
    this.#temporaries = before;
    return setup === "" ? code : computed(`(${setup}${code.text})`, code.type);
  }

  #firstOfChain(first: Expression, link: ChainLink | undefined): Code {
    if (first.kind === "call" && first.callee.kind === "super") return this.#superCall(first.callee, first);
    return link?.kind === "get" || link?.kind === "call" ? this.#receiver(first) : this.expression(first);
  }

  #link(node: ChainLink, left: Code): Code {
    switch (node.kind) {
      case "binary":
        return this.#binary(node, left);
      case "logical":
        return this.#logical(node, left);
      case "get":
        return this.#get(node, left);
      case "call":
        return node.callee.kind === "get" ? this.#invoke(node.callee, node, left) : this.#call(node, left);
    }
  }

  #binary(node: BinaryExpression, left: Code): Code {
    // The left operand's text is evaluated before the right one's, so its temporary must not be taken for that.
    const held = left.form === "constant" ? undefined : this.temporary();
    const right = this.expression(node.right);
    const { operator } = node;
    const type = binaryType(operator, left.type, right.type);
    if (operator === "==" || operator === "!=") return this.#equality(operator, left, right);
    const numbers = isOnly(left.type, NUMBER) && isOnly(right.type, NUMBER);
    const strings = operator === "+" && isOnly(left.type, STRING) && isOnly(right.type, STRING) && !this.limitsStrings;
    // A place even where nothing is checked: a string may grow beyond what JavaScript can hold.
    if (strings) return computed(`(${left.text}${mark(node)}+${right.text})`, type);
    if (numbers) return computed(`(${left.text}${operator}${right.text})`, type);

    const needsHold = left.form === "computed" || (left.form === "variable" && right.form === "computed");
    const a = needsHold ? held! : left.text;
    let setup = needsHold ? `${a}=${left.text},` : "";
    const rightOnce = this.#repeatable(right);
    setup += rightOnce.setup;
    const b = rightOnce.text;
    const guards: string[] = [];
    if (!isOnly(left.type, NUMBER)) guards.push(`typeof ${a}==="number"`);
    if (!isOnly(right.type, NUMBER)) guards.push(`typeof ${b}==="number"`);
    const slow = `${mark(node)}${SLOW_ARITHMETIC[operator]!}(${a},${b})`;
    return computed(`(${setup}${guards.join("&&")}?${a}${operator}${b}:${slow})`, type);
  }

  /** Whether strings have a limit, so that even joining two of them must be looked at. */
  protected abstract readonly limitsStrings: boolean;

  #equality(operator: "==" | "!=", left: Code, right: Code): Code {
    const plain = !this.dialect.boxedNumberEquality || isPlainlyComparable(left) || isPlainlyComparable(right);
    if (plain) return computed(`(${left.text}${operator}=${right.text})`, BOOLEAN);
    return computed(`${operator === "==" ? "" : "!"}same(${left.text},${right.text})`, BOOLEAN);
  }

  #logical(node: LogicalExpression, left: Code): Code {
    const type = left.type | this.types.of(node.right);
    if (isOnly(left.type, BOOLEAN)) {
      const right = this.expression(node.right);
      if (isOnly(right.type, BOOLEAN)) {
        return computed(`(${left.text}${node.operator === "and" ? "&&" : "||"}${right.text})`, BOOLEAN);
      }
      const short = node.operator === "and" ? `${right.text}:false` : `true:${right.text}`;
      return computed(`(${left.text}?${short})`, type);
    }
    const { setup, text } = this.#repeatable(left);
    const right = this.expression(node.right).text;
    const truth = `${text}!==false&&${text}!==null`;
    return computed(`(${setup}${truth}?${node.operator === "and" ? `${right}:${text}` : `${text}:${right}`})`, type);
  }

  #arguments(nodes: readonly Expression[]): string {
    return nodes.map((node) => this.expression(node).text).join(",");
  }

  #call(node: CallExpression, target: Code): Code {
    if (target.form !== "computed") return computed(`${mark(node)}${target.text}(${this.#arguments(node.arguments)})`);
    const held = this.temporary();
    const args = this.#arguments(node.arguments);
    return computed(`(${held}=${target.text},${mark(node)}${held}(${args}))`);
  }

  /** `object.name(arguments)`: one property access in the hot path. It fails, where it does, before the arguments are evaluated. */
  #invoke(callee: GetExpression, node: CallExpression, object: Code): Code {
    const isThis = callee.object.kind === "this";
    const held = this.#kept(object, node.arguments.length === 0 ? object : computed(""));
    const name = propertyName(callee.name.lexeme);
    const args = this.#arguments(node.arguments);
    const absent = `${isThis ? "" : `${held.text}===null||`}${held.text}.${name}===undefined`;
    const failure = `${mark(this.dialect.errorLine === "operator" ? callee : node)}noMethod(${held.text},"${callee.name.lexeme}")`;
    return computed(`(${held.setup}${absent}?${failure}:${mark(node)}${held.text}.${name}(${args}))`);
  }

  /** An expression before a dot, where JavaScript would take the dot for a number's own. */
  #receiver(node: Expression): Code {
    const code = this.expression(node);
    return code.form === "constant" && isOnly(code.type, NUMBER) ? { ...code, text: `(${code.text})` } : code;
  }

  #get(node: GetExpression, object: Code): Code {
    const held = this.#repeatable(object);
    const value = this.temporary();
    const name = node.name.lexeme;
    const present = node.object.kind === "this" ? "" : `${held.text}!==null&&`;
    const found = `(${value}=${held.text}.${propertyName(name)})!==undefined&&typeof ${value}!=="function"`;
    return computed(`(${held.setup}${present}${found}?${value}:${mark(node)}getSlow(${held.text},"${name}"))`);
  }

  #set(node: SetExpression): Code {
    const object = this.#receiver(node.object);
    const held = this.temporary();
    const stable = object.form === "constant";
    const target = stable ? object.text : held;
    const value = this.expression(node.value);
    const setup = stable ? "" : `${held}=${object.text},`;
    const store = `${target}.${propertyName(node.name.lexeme)}=`;
    if (node.object.kind === "this") return computed(`(${store}${value.text})`, value.type);
    const notInstance = `(${target}===null||${target}.isInstance!==true)`;
    const failure = `${mark(node)}noFields()`;
    if (this.dialect.fieldTargetCheck === "before-value") {
      return computed(`(${setup}${notInstance}?${failure}:${store}${value.text})`, value.type);
    }
    const once = this.#repeatable(value);
    return computed(`(${setup}${once.setup}${notInstance}?${failure}:${store}${once.text})`, value.type);
  }

  #superMethod(node: SuperExpression): string {
    return `${this.localName(node.binding!)}.prototype.${propertyName(node.method.lexeme)}`;
  }

  #superGet(node: SuperExpression): Code {
    const receiver = this.thisText(node.thisBinding!);
    const superclass = `${this.localName(node.binding!)}.prototype`;
    return computed(`${mark(node)}getSuper(${superclass},${receiver},"${node.method.lexeme}")`);
  }

  #superCall(callee: SuperExpression, node: CallExpression): Code {
    const receiver = this.thisText(callee.thisBinding!);
    const method = this.#superMethod(callee);
    const failure = `${mark(callee)}noSuperMethod("${callee.method.lexeme}")`;
    const args = [receiver, ...node.arguments.map((argument) => this.expression(argument).text)].join(",");
    return computed(`(${method}===undefined?${failure}:${mark(node)}${method}.call(${args}))`);
  }
}

/** Values that `===` compares as Java does, whatever the other side is: no NaN and no zero among them. */
function isPlainlyComparable(code: Code): boolean {
  if (isOnly(code.type, STRING | BOOLEAN | NIL | OBJECT)) return true;
  return (
    code.form === "constant" && code.type === NUMBER && Number(code.text) !== 0 && !Number.isNaN(Number(code.text))
  );
}
