/**
 * The syntax tree → JavaScript.
 *
 * A chunk becomes the body of one `new Function`. Each Lua function is one JavaScript function in its place, with its locals as
 * `let` variables: blocks, closures and fresh loop variables mean the same in both languages. Expressions become statements of three
 * addresses: whatever could have an effect goes into a temporary, in Lua's order, so that an operation always follows its check,
 * and long chains of operators nest nothing.
 *
 * There are two forms. The *fast* one is plain functions; what it cannot do (wait, run deep, switch coroutines) it gives up by
 * throwing NeedsFullMode. The *full* one is generators, which yield each activation that they call to the machine (machine.ts).
 *
 * Names are `L<id>` for locals, `t<n>` for temporaries, `c<n>` for the caches of constant keys (the slot of the hash part where the
 * key was last time); text of the script appears in JSON literals only.
 */
import type { Binding, Expr, Expression, FunctionNode, Statement } from "./ast.ts";
import { isMulti } from "./ast.ts";
import type { ParsedChunk } from "./parser.ts";
import type { OperandName, SiteTable } from "./sites.ts";
import { SMALL } from "./table.ts";
import { isNumber } from "./types.ts";
import { RUNTIME_NAMES } from "./runtime.ts";

export type Form = "fast" | "full";

const ARITHMETIC: Readonly<Record<string, string>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "%": "mod",
  "^": "pow",
};
/** Positional items of a table constructor are stored in batches of so many (lopcodes.h, LFIELDS_PER_FLUSH). */
const ITEMS_PER_FLUSH = 50;
/** A loop's own counter reports to the machine after so many rounds. */
const ROUNDS_PER_TICK = 256;
/** JavaScript passes arguments on its stack: so many of `...` at most. */
const MAX_SPREAD = 10_000;
/** Registers that a JavaScript frame needs beside its variables. */
const FRAME_OVERHEAD = 30;

/** The text of a function of (rt) that returns a function of the globals, which returns the chunk's main function. */
export function generate(chunk: ParsedChunk, form: Form, sites: SiteTable): string {
  return new Generator(form, sites).program(chunk.main);
}

class Generator {
  readonly #full: boolean;
  readonly #sites: SiteTable;
  #out: string[] = [];
  #temporaries = 0;
  #mostTemporaries = 0;
  #caches = 0;
  #node!: FunctionNode;
  #room = 0;

  constructor(form: Form, sites: SiteTable) {
    this.#full = form === "full";
    this.#sites = sites;
  }

  program(main: FunctionNode): string {
    const body = this.#function(main);
    const caches = Array.from({ length: this.#caches }, (_, at) => `c${at}=0`);
    const declared = caches.length === 0 ? "" : `let ${caches.join(",")};`;
    return `"use strict";const {${RUNTIME_NAMES.join(",")}}=rt;${declared}return (G)=>${body};`;
  }

  // Text

  #emit(text: string): void {
    this.#out.push(text);
  }

  /** What `work` emits, apart. */
  #apart(work: () => void): string {
    const outer = this.#out;
    this.#out = [];
    work();
    const text = this.#out.join("");
    this.#out = outer;
    return text;
  }

  #temporary(): string {
    this.#mostTemporaries = Math.max(this.#mostTemporaries, this.#temporaries + 1);
    return `t${this.#temporaries++}`;
  }

  #held(text: string): string {
    const held = this.#temporary();
    this.#emit(`${held}=${text};`);
    return held;
  }

  #cache(): string {
    return `c${this.#caches++}`;
  }

  /** In full form, an activation that an operation came back with is run, and its first value is the operation's. */
  #settle(held: string): string {
    if (this.#full) this.#emit(`if(${held} instanceof Activation)${held}=first(yield ${held});`);
    return held;
  }

  #site(line: number, left?: Expression, right?: Expression): number {
    return this.#sites.add(line, left && operandName(left), right && operandName(right));
  }

  // Functions

  #function(node: FunctionNode): string {
    const saved = [this.#out, this.#temporaries, this.#mostTemporaries, this.#node, this.#room] as const;
    this.#out = [];
    this.#temporaries = 0;
    this.#mostTemporaries = 0;
    this.#node = node;
    // The frame's size is known after its body: a mark stands for it until then.
    this.#room = node.hasCalls && !this.#full ? 1 : 0;
    const parameters = node.parameters.map(localName);
    if (node.isVararg) parameters.push("...va");
    if (node.argTable !== undefined)
      this.#emit(`let ${localName(node.argTable)}=${node.usesVarargs ? "undefined" : "argTable(va)"};`);
    this.#block(node.body);
    if (node.body.at(-1)?.kind !== "return") this.#leave("NOTHING");
    const temporaries = this.#mostTemporaries;
    const size = FRAME_OVERHEAD + temporaries + 2 * node.parameters.length + countLocals(node.body);
    const body = this.#out.join("").replaceAll(ROOM_MARK, String(size));
    const declared = Array.from({ length: temporaries }, (_, at) => `t${at}`);
    const header = [
      declared.length === 0 ? "" : `let ${declared.join(",")};`,
      "let n=0;",
      this.#full ? `if(--vm.fuel<0){${this.#pause(node.line)}}` : "if(--vm.fuel<0)vm.refuel();",
      this.#room > 0 ? `if((vm.room-=${size})<0)vm.tooDeep();` : "",
    ].join("");
    [this.#out, this.#temporaries, this.#mostTemporaries, this.#node, this.#room] = saved;
    return `function${this.#full ? "*" : ""}(${parameters.join(",")}){${header}${body}}`;
  }

  #leave(value: string): void {
    this.#emit(`${this.#room > 0 ? `vm.room+=${ROOM_MARK};` : ""}return ${value};`);
  }

  /** A round of the loop that begins on the line. */
  #tick(line: number): string {
    const spent = this.#full ? this.#pause(line) : "vm.refuel();";
    return `if(++n>=${ROUNDS_PER_TICK}){n=0;if((vm.fuel-=${ROUNDS_PER_TICK})<0){${spent}}}`;
  }

  /** The slice is over; whoever ends the script here will want to know where that was. */
  #pause(line: number): string {
    return `vm.site=${this.#sites.add(line)};yield SLICE_END;`;
  }

  // Statements

  #block(body: readonly Statement[]): void {
    for (const statement of body) {
      const outer = this.#temporaries;
      this.#statement(statement);
      this.#temporaries = outer;
    }
  }

  #braced(body: readonly Statement[]): void {
    this.#emit("{");
    this.#block(body);
    this.#emit("}");
  }

  #statement(node: Statement): void {
    switch (node.kind) {
      case "local":
        return this.#local(node);
      case "assign":
        return this.#assign(node);
      case "expression":
        this.#multi(node.call);
        return;
      case "do":
        return this.#braced(node.body);
      case "while":
        this.#emit(`for(;;){${this.#tick(node.line)}`);
        this.#breakUnless(node.condition);
        this.#block(node.body);
        return this.#emit("}");
      case "repeat": {
        this.#emit(`for(;;){${this.#tick(node.line)}`);
        this.#block(node.body);
        if (!endsElsewhere(node.body)) this.#emit(`if(${this.#condition(node.condition)})break;`);
        return this.#emit("}");
      }
      case "if":
        return this.#if(this.#condition(node.clauses[0]!.condition), node, 0);
      case "numeric-for":
        return this.#numericFor(node);
      case "generic-for":
        return this.#genericFor(node);
      case "local-function": {
        const name = localName(node.binding);
        this.#emit(`let ${name};${name}=${this.#function(node.function.node)};`);
        return;
      }
      case "return":
        return this.#return(node);
      case "break":
        return this.#emit("break;");
    }
  }

  #breakUnless(condition: Expression): void {
    const outer = this.#temporaries;
    this.#emit(`if(!(${this.#condition(condition)}))break;`);
    this.#temporaries = outer;
  }

  #local(node: Extract<Statement, { kind: "local" }>): void {
    const { bindings, values } = node;
    const texts = this.#adjusted(values, bindings.length, bindings.length > 1);
    bindings.forEach((binding, at) => this.#emit(`let ${localName(binding)}=${texts[at]};`));
  }

  /** The values of a list of expressions, exactly `count` of them; `stable`: nothing that happens later changes them. */
  #adjusted(values: readonly Expression[], count: number, stable: boolean): string[] {
    const texts: string[] = [];
    values.forEach((value, at) => {
      const isLast = at === values.length - 1;
      if (isLast && isMulti(value) && count > values.length) {
        const all = this.#list(value);
        for (let more = at; more < count; more++) texts.push(`${all}[${more - at}]`);
      } else texts.push(stable ? this.#stable(value) : this.#expression(value));
    });
    while (texts.length < count) texts.push("undefined");
    return texts;
  }

  #assign(node: Extract<Statement, { kind: "assign" }>): void {
    const { targets, values } = node;
    if (targets.length === 1 && values.length === 1) {
      const target = targets[0]!;
      if (target.kind === "index") {
        const object = this.#named(target.object);
        const key = this.#expression(target.key);
        this.#store(target, object, key, this.#expression(values[0]!), node.line);
      } else this.#storeName(target, this.#expression(values[0]!), node.line);
      return;
    }
    const places = targets.map((target) =>
      target.kind === "index" ? [this.#copied(target.object), this.#copied(target.key)] : [],
    );
    const texts = this.#adjusted(values, targets.length, true).map((text) => this.#unlessConstant(text));
    for (let at = targets.length - 1; at >= 0; at--) {
      const target = targets[at]!;
      const [object, key] = places[at]!;
      if (target.kind === "index") this.#store(target, object!, key!, texts[at]!, node.line);
      else this.#storeName(target, texts[at]!, node.line);
    }
  }

  #unlessConstant(text: string): string {
    return /^L\d|\[/.test(text) ? this.#held(text) : text;
  }

  #copied(node: Expression): string {
    const text = this.#named(node);
    return node.kind === "local" ? this.#held(text) : text;
  }

  #storeName(target: Expression, value: string, line: number): void {
    if (target.kind === "local") return this.#emit(`${localName(target.binding)}=${value};`);
    const { name } = target as Expr<"global">;
    const cache = this.#cache();
    const key = JSON.stringify(name);
    const site = this.#site(line);
    this.#emit(`if(!G.frozen&&G.keys[${cache}]===${key}&&G.vals[${cache}]!==undefined)G.vals[${cache}]=${value};else{`);
    this.#emitStore("G", key, value, site);
    this.#emit(`${cache}=vm.hint;}`);
  }

  #store(target: Expr<"index">, object: string, key: string, value: string, line: number): void {
    const site = this.#site(line, target.object);
    if (target.key.kind === "string") {
      const cache = this.#cache();
      const guard = `${object} instanceof LuaTable&&!${object}.frozen&&${object}.keys[${cache}]===${key}&&${object}.vals[${cache}]!==undefined`;
      this.#emit(`if(${guard})${object}.vals[${cache}]=${value};else{`);
      this.#emitStore(object, key, value, site);
      this.#emit(`${cache}=vm.hint;}`);
      return;
    }
    const index = /^[tL]\d+$|^\d+$/.test(key) ? key : this.#held(key);
    const isIndex = isNumber(target.key) ? "" : `typeof ${index}==="number"&&`;
    const guard = `${object} instanceof LuaTable&&!${object}.frozen&&${isIndex}${index}<${object}.arr.length&&${object}.arr[${index}]!==undefined`;
    this.#emit(`if(${guard})${object}.arr[${index}]=${value};else{`);
    this.#emitStore(object, index, value, site);
    this.#emit("}");
  }

  #emitStore(object: string, key: string, value: string, site: number): void {
    if (!this.#full) return this.#emit(`setIndex(${object},${key},${value},${site});`);
    const held = this.#held(`setIndex(${object},${key},${value},${site})`);
    this.#emit(`if(${held} instanceof Activation)yield ${held};`);
  }

  /** The clause at `at`, whose condition has been evaluated to a text, and those after it. */
  #if(condition: string, node: Extract<Statement, { kind: "if" }>, at: number): void {
    this.#emit(`if(${condition})`);
    this.#braced(node.clauses[at]!.body);
    const next = node.clauses[at + 1];
    if (next !== undefined) {
      let text = "";
      const before = this.#apart(() => (text = this.#condition(next.condition)));
      // A chain of plain conditions stays flat.
      this.#emit(before === "" ? "else " : `else{${before}`);
      this.#if(text, node, at + 1);
      if (before !== "") this.#emit("}");
    } else if (node.otherwise !== undefined) {
      this.#emit("else");
      this.#braced(node.otherwise);
    }
  }

  #numericFor(node: Extract<Statement, { kind: "numeric-for" }>): void {
    const { binding, line } = node;
    const site = this.#site(line);
    // All three are evaluated before the first is checked.
    const parts = node.step === undefined ? [node.from, node.to] : [node.from, node.to, node.step];
    const texts = parts.map((part) => this.#unlessConstant(this.#stable(part)));
    const checked = (at: number, what: string): string =>
      isNumber(parts[at]!) ? texts[at]! : this.#held(`forNumber(${texts[at]},"${what}",${site})`);
    const from = checked(0, "initial value");
    const to = checked(1, "limit");
    const name = localName(binding);
    const counter = binding.captured || binding.assigned ? `${name}i` : name;
    let test = `${counter}<=${to}`;
    let advance = `${counter}++`;
    if (node.step !== undefined) {
      const step = checked(2, "step");
      if (node.step.kind === "number") test = node.step.value > 0 ? test : `${counter}>=${to}`;
      else test = `(${step}>0?${counter}<=${to}:${counter}>=${to})`;
      advance = `${counter}+=${step}`;
    }
    this.#emit(`for(let ${counter}=${from};${test};${advance}){${this.#tick(line)}`);
    if (counter !== name) this.#emit(`let ${name}=${counter};`);
    this.#block(node.body);
    this.#emit("}");
  }

  /** `pairs` and `ipairs` of plain tables walk by position; the others call. */
  #genericFor(node: Extract<Statement, { kind: "generic-for" }>): void {
    const [f, s, c] = this.#adjusted(node.values, 3, true).map((text) => this.#held(text)) as [string, string, string];
    const mode = this.#held(`iteration(${f},${s},${c})`);
    const position = this.#held("0");
    const site = this.#sites.add(node.line, { what: "local", name: "(for generator)" });
    const nameless = this.#sites.add(node.line);
    const names = node.bindings.map(localName);
    const [key, value, ...others] = names;
    const second = value === undefined ? "" : `,${value}`;
    this.#emit(`for(;;){${this.#tick(node.line)}let ${names.join(",")};`);
    this.#emit(`if(${mode}===1){if((${position}=${s}.advance(${position}))<0)break;${key}=${s}.keyAt(${position});`);
    if (value !== undefined) this.#emit(`${value}=${s}.valueAt(${position});`);
    const held = this.#temporary();
    this.#emit(
      `}else if(${mode}===2){${position}++;${held}=${position}<${s}.arr.length?${s}.arr[${position}]:${s}.getNumber(${position});`,
    );
    this.#emit(`if(${held}===undefined)break;${key}=${position};${value === undefined ? "" : `${value}=${held};`}`);
    this.#emit(
      `}else{if(typeof ${f}!=="function")${f}=callable(${f},${nameless});vm.site=${site};${held}=${f}(${s},${c});`,
    );
    if (this.#full) this.#emit(`if(${held} instanceof Activation)${held}=yield ${held};`);
    const rest = [key, ...(second === "" ? [] : [value]), ...others];
    this.#emit(
      `if(${held} instanceof Array){${rest.map((name, at) => `${name}=${held}[${at}]`).join(";")}}else ${key}=${held};`,
    );
    this.#emit(`if(${key}===undefined)break;${c}=${key};}`);
    this.#block(node.body);
    this.#emit("}");
  }

  #return({ values, line }: Extract<Statement, { kind: "return" }>): void {
    const [only] = values;
    if (only === undefined) return this.#leave("NOTHING");
    if (values.length === 1) {
      if (only.kind === "call" || only.kind === "method") return this.#leave(this.#call(only, "tail"));
      if (only.kind === "vararg") return this.#leave("va");
      return this.#leave(this.#expression(only));
    }
    this.#leave(`[${this.#arguments(values, this.#site(line))}]`);
  }

  // Expressions

  /** Text that may be used once more after others have been evaluated, whatever they do. */
  #stable(node: Expression): string {
    const text = this.#expression(node);
    const changes = node.kind === "local" && !node.upvalue && node.binding.captured && node.binding.assigned;
    return changes ? this.#held(text) : text;
  }

  /** As #stable, and a name in any case: JavaScript would take the dot after a number for its own. */
  #named(node: Expression): string {
    const text = this.#stable(node);
    return /^[tL]\d+$/.test(text) ? text : this.#held(text);
  }

  /** Evaluates to a name, a literal, or arithmetic on numbers that nothing changes. */
  #expression(node: Expression): string {
    switch (node.kind) {
      case "nil":
        return "undefined";
      case "true":
      case "false":
        return node.kind;
      case "number":
        return numberLiteral(node.value);
      case "string":
        return JSON.stringify(node.value);
      case "vararg":
        return this.#held("va[0]");
      case "local": {
        const name = localName(node.binding);
        return node.upvalue && node.binding.assigned ? this.#held(name) : name;
      }
      case "global": {
        const cache = this.#cache();
        const key = JSON.stringify(node.name);
        const held = this.#temporary();
        const site = this.#site(node.line);
        this.#emit(
          `if(G.keys[${cache}]!==${key}||(${held}=G.vals[${cache}])===undefined){${held}=indexString(G,${key},${site});${cache}=vm.hint;}`,
        );
        return this.#settle(held);
      }
      case "index": {
        const spine: Expr<"index">[] = [];
        let base: Expression = node;
        for (; base.kind === "index"; base = base.object) spine.push(base);
        let object = this.#named(base);
        for (const link of spine.reverse()) object = this.#index(link, object, this.#expression(link.key));
        return object;
      }
      case "call":
      case "method":
        return this.#call(node, "single");
      case "function":
        return this.#held(this.#function(node.node));
      case "paren":
        return this.#expression(node.inner);
      case "unary":
        return this.#unary(node);
      case "binary":
        return this.#binary(node);
      case "table":
        return this.#table(node);
    }
  }

  #index(node: Expr<"index">, object: string, key: string): string {
    if (node.key.kind === "string") return this.#field(object, key, this.#site(node.line, node.object));
    const site = this.#site(node.line, node.object);
    const held = this.#temporary();
    const index = /^[tL]\d+$|^\d+$/.test(key) ? key : this.#held(key);
    const isIndex = isNumber(node.key) ? "" : `typeof ${index}==="number"&&`;
    this.#emit(
      `${held}=${object} instanceof LuaTable&&${isIndex}(${held}=${object}.arr[${index}])!==undefined?${held}:index(${object},${index},${site});`,
    );
    return this.#settle(held);
  }

  #field(object: string, key: string, site: number): string {
    const cache = this.#cache();
    const held = this.#temporary();
    this.#emit(
      `if(!(${object} instanceof LuaTable)||${object}.keys[${cache}]!==${key}||(${held}=${object}.vals[${cache}])===undefined){${held}=indexString(${object},${key},${site});${cache}=vm.hint;}`,
    );
    return this.#settle(held);
  }

  #unary(node: Expr<"unary">): string {
    if (node.operator === "not") return this.#held(`!(${this.#condition(node.operand)})`);
    const operand = this.#named(node.operand);
    if (node.operator === "-") {
      if (isNumber(node.operand)) return this.#held(`-${operand}`);
      const site = this.#site(node.line, node.operand);
      return this.#settle(this.#held(`typeof ${operand}==="number"?-${operand}:minus(${operand},${site})`));
    }
    const site = this.#site(node.line, node.operand);
    return this.#settle(this.#held(`typeof ${operand}==="string"?${operand}.length:length(${operand},${site})`));
  }

  #binary(node: Expr<"binary">): string {
    switch (node.operator) {
      case "and":
      case "or": {
        const spine: Expr<"binary">[] = [];
        let base: Expression = node;
        for (; base.kind === "binary" && (base.operator === "and" || base.operator === "or"); base = base.left)
          spine.push(base);
        const held = this.#temporary();
        this.#emit(`${held}=${this.#expression(base)};`);
        for (const link of spine.reverse()) {
          const truthy = `${held}!==undefined&&${held}!==false`;
          this.#emit(link.operator === "and" ? `if(${truthy}){` : `if(!(${truthy})){`);
          this.#emit(`${held}=${this.#expression(link.right)};}`);
        }
        return held;
      }
      case "..":
        return this.#concat(node);
      case "+":
      case "-":
      case "*":
      case "/":
      case "%":
      case "^":
        return this.#arithmetic(node);
      default:
        return this.#held(this.#condition(node));
    }
  }

  #arithmetic(node: Expr<"binary">): string {
    const spine: Expr<"binary">[] = [];
    let base: Expression = node;
    for (; base.kind === "binary" && base.operator in ARITHMETIC; base = base.left) spine.push(base);
    let left = this.#expression(base);
    let leftNumber = isNumber(base);
    for (const link of spine.reverse()) {
      const right = this.#expression(link.right);
      const rightNumber = isNumber(link.right);
      const quick = quickArithmetic(link.operator, left, right);
      if (leftNumber && rightNumber) {
        left = this.#held(quick);
        continue;
      }
      const guards = [leftNumber ? "" : `typeof ${left}==="number"`, rightNumber ? "" : `typeof ${right}==="number"`];
      const site = this.#site(link.line, link.left, link.right);
      const slow = `arithmetic("__${ARITHMETIC[link.operator]}",${left},${right},${site})`;
      left = this.#settle(this.#held(`${guards.filter((guard) => guard !== "").join("&&")}?${quick}:${slow}`));
      leftNumber = false;
    }
    return left;
  }

  /** Right-associative: all operands are evaluated, then joined from the right. */
  #concat(node: Expr<"binary">): string {
    const operands: Expression[] = [];
    let rest: Expression = node;
    for (; rest.kind === "binary" && rest.operator === ".."; rest = rest.right) operands.push(rest.left);
    operands.push(rest);
    const texts = operands.map((operand) => this.#stable(operand));
    let right = texts.pop()!;
    let rightNode: Expression | undefined = operands.pop();
    while (texts.length > 0) {
      const left = texts.pop()!;
      const site = this.#site(node.line, operands.pop(), rightNode);
      rightNode = undefined;
      right = this.#settle(this.#held(`concat(${left},${right},${site})`));
    }
    return right;
  }

  /** A JavaScript condition. */
  #condition(node: Expression): string {
    switch (node.kind) {
      case "nil":
      case "false":
        return "false";
      case "true":
      case "number":
      case "string":
      case "function":
        return "true";
      case "paren":
        if (!isMulti(node.inner)) return this.#condition(node.inner);
        break;
      case "unary":
        if (node.operator === "not") return `!(${this.#condition(node.operand)})`;
        break;
      case "binary":
        if (node.operator === "and" || node.operator === "or") return this.#logicalCondition(node);
        if (node.operator === "==" || node.operator === "~=") {
          const equal = this.#equality(node);
          return node.operator === "==" ? equal : `!(${equal})`;
        }
        if (node.operator in COMPARISONS) return this.#comparison(node);
        break;
      default:
    }
    const text = this.#expression(node);
    return isNumber(node) ? "true" : `(${text}!==undefined&&${text}!==false)`;
  }

  #logicalCondition(node: Expr<"binary">): string {
    const spine: Expr<"binary">[] = [];
    let base: Expression = node;
    for (; base.kind === "binary" && (base.operator === "and" || base.operator === "or"); base = base.left)
      spine.push(base);
    let text = this.#condition(base);
    spine.reverse().forEach((link, at) => {
      let right = "";
      const before = this.#apart(() => (right = this.#condition(link.right)));
      if (before === "" && at < 20) {
        text = `(${text}${link.operator === "and" ? "&&" : "||"}${right})`;
        return;
      }
      const held = this.#held(text);
      this.#emit(`if(${link.operator === "and" ? "" : "!"}${held}){${before}${held}=${right};}`);
      text = held;
    });
    return text;
  }

  #equality(node: Expr<"binary">): string {
    const left = this.#expression(node.left);
    const right = this.#expression(node.right);
    if (isPlain(node.left) || isPlain(node.right)) return `(${left}===${right})`;
    const held = this.#held(
      `${left}===${right}||${left} instanceof LuaTable&&${right} instanceof LuaTable&&equal(${left},${right})`,
    );
    if (this.#full) this.#emit(`if(${held} instanceof Activation)${held}=isTruthy(first(yield ${held}));`);
    return held;
  }

  #comparison(node: Expr<"binary">): string {
    const left = this.#expression(node.left);
    const right = this.#expression(node.right);
    const { operator } = node;
    const quick = `${left}${operator}${right}`;
    const guards = [
      isNumber(node.left) ? "" : `typeof ${left}==="number"`,
      isNumber(node.right) ? "" : `typeof ${right}==="number"`,
    ];
    const guard = guards.filter((text) => text !== "").join("&&");
    if (guard === "") return `(${quick})`;
    const [slow, swapped] = COMPARISONS[operator]!;
    const site = this.#site(node.line);
    const operands = swapped ? `${right},${left}` : `${left},${right}`;
    const held = this.#held(`${guard}?${quick}:${slow}(${operands},${site})`);
    if (this.#full) this.#emit(`if(${held} instanceof Activation)${held}=isTruthy(first(yield ${held}));`);
    return held;
  }

  #table(node: Expr<"table">): string {
    const { items } = node;
    if (items.length === 0) return this.#held("new LuaTable()");
    const positional = items.filter((item) => item.kind === "positional").length;
    const keyed = items.length - positional;
    const last = items.at(-1)!;
    const lastIsMulti = last.kind === "positional" && isMulti(last.value);
    const names = items.map((item) =>
      item.kind === "keyed" && item.key.kind === "string" ? item.key.value : undefined,
    );
    if (
      positional === 0 &&
      items.length <= SMALL &&
      !names.includes(undefined) &&
      new Set(names).size === names.length
    ) {
      const values = items.map((item) => this.#stable(item.value));
      return this.#held(
        `LuaTable.ofFields([${names.map((name) => JSON.stringify(name)).join(",")}],[${values.join(",")}])`,
      );
    }
    if (keyed === 0 && !lastIsMulti && items.length < 16) {
      const values = items.map((item) => this.#stable(item.value));
      return this.#held(`LuaTable.ofArray([undefined,${values.join(",")}])`);
    }
    const table = this.#held(`new LuaTable(${roundedSize(positional - (lastIsMulti ? 1 : 0))},${roundedSize(keyed)})`);
    let pending: string[] = [];
    let stored = 0;
    const outer = this.#temporaries;
    const flush = (tail = ""): void => {
      if (pending.length > 0 || tail !== "")
        this.#emit(`storeItems(${table},${stored},[${[...pending, tail].filter((text) => text !== "").join(",")}]);`);
      stored += pending.length;
      pending = [];
      this.#temporaries = outer;
    };
    for (const item of items) {
      if (item.kind === "keyed") {
        const before = this.#temporaries;
        const key = this.#stable(item.key);
        const value = this.#stable(item.value);
        this.#emit(`storeField(${table},${key},${value},${this.#site(item.line)});`);
        this.#temporaries = before;
      } else if (item === last && lastIsMulti) flush(`...${this.#list(item.value)}`);
      else {
        pending.push(this.#stable(item.value));
        if (pending.length === ITEMS_PER_FLUSH) flush();
      }
    }
    flush();
    return table;
  }

  // Several values

  /** The text of arguments or results, comma-separated; the last expression gives all its values, checked to be not too many. */
  #arguments(values: readonly Expression[], site: number): string {
    const text = (value: Expression, at: number): string => {
      if (at < values.length - 1 || !isMulti(value)) return this.#stable(value);
      const all = this.#list(value);
      this.#emit(`if(${all}.length>${MAX_SPREAD})tooManyValues(${site});`);
      return `...${all}`;
    };
    return values.map(text).join(",");
  }

  /** A name for the array of all the expression's values. */
  #list(node: Expression): string {
    return node.kind === "vararg" ? "va" : this.#held(`list(${this.#multi(node)})`);
  }

  /** All values: one as it is, or an array. */
  #multi(node: Expression): string {
    if (node.kind === "call" || node.kind === "method") return this.#call(node, "multi");
    return node.kind === "vararg" ? "va" : this.#expression(node);
  }

  #call(node: Expr<"call"> | Expr<"method">, use: "single" | "multi" | "tail"): string {
    let callee: string;
    let args: string;
    let site: number;
    if (node.kind === "method") {
      const object = this.#named(node.object);
      site = this.#sites.add(node.line, { what: "method", name: node.name });
      callee = this.#field(object, JSON.stringify(node.name), this.#site(node.line, node.object));
      const rest = this.#arguments(node.arguments, site);
      args = rest === "" ? object : `${object},${rest}`;
    } else {
      callee = this.#stable(node.callee);
      site = this.#site(node.line, node.callee);
      args = this.#arguments(node.arguments, site);
    }
    if (!isSurelyFunction(node))
      callee = this.#held(`typeof ${callee}==="function"?${callee}:callable(${callee},${site})`);
    this.#emit(`vm.site=${site};`);
    if (use === "tail" && this.#full) return `${callee}(${args})`;
    const held = this.#held(`${callee}(${args})`);
    if (this.#full) this.#emit(`if(${held} instanceof Activation)${held}=yield ${held};`);
    if (use === "single") this.#emit(`if(${held} instanceof Array)${held}=${held}[0];`);
    return held;
  }
}

/** Stands for the size of the frame in generated text; no literal contains it unescaped. */
const ROOM_MARK = "\u0001";

/** The slow half, and whether it takes the operands in the other order. */
const COMPARISONS: Readonly<Record<string, readonly [string, boolean]>> = {
  "<": ["lessThan", false],
  "<=": ["lessEqual", false],
  ">": ["lessThan", true],
  ">=": ["lessEqual", true],
};

function localName(binding: Binding): string {
  return `L${binding.id}`;
}

function numberLiteral(value: number): string {
  if (Object.is(value, -0)) return "(-0)";
  if (value === Infinity) return "Infinity";
  if (value === -Infinity) return "(-Infinity)";
  return value < 0 ? `(${value})` : String(value);
}

function quickArithmetic(operator: string, left: string, right: string): string {
  if (operator === "%") return `${left}-Math.floor(${left}/${right})*${right}`;
  return operator === "^" ? `power(${left},${right})` : `${left}${operator}${right}`;
}

/** Values that `===` compares as Lua does, whatever the other side is: no table among them. */
function isPlain(node: Expression): boolean {
  return ["nil", "true", "false", "number", "string"].includes(node.kind) || isNumber(node);
}

function isSurelyFunction(node: Expr<"call"> | Expr<"method">): boolean {
  if (node.kind !== "call" || node.callee.kind !== "local") return false;
  const { binding } = node.callee;
  const [value] = binding.values;
  return binding.values.length === 1 && typeof value === "object" && value?.kind === "function";
}

/** The original derives an operand's name from the instruction that loaded it (ldebug.c, getobjname). */
function operandName(node: Expression): OperandName | undefined {
  switch (node.kind) {
    case "local":
      return { what: node.upvalue ? "upvalue" : "local", name: node.binding.name };
    case "global":
      return { what: "global", name: node.name };
    case "index":
      return { what: "field", name: node.key.kind === "string" ? node.key.value : "?" };
    case "paren":
      return operandName(node.inner);
    default:
      return undefined;
  }
}

/** Sizes in constructors are stored as "floating point bytes" (lobject.c, luaO_int2fb), rounded up. */
function roundedSize(size: number): number {
  let mantissa = size;
  let exponent = 0;
  while (mantissa >= 16) {
    mantissa = (mantissa + 1) >> 1;
    exponent++;
  }
  return mantissa * 2 ** exponent;
}

/** Whether control never reaches the end of the block. */
function endsElsewhere(body: readonly Statement[]): boolean {
  const last = body.at(-1);
  return last?.kind === "break" || last?.kind === "return";
}

/** Registers for the locals of a function, an upper bound. */
function countLocals(body: readonly Statement[]): number {
  let count = 0;
  for (const node of body) {
    if (node.kind === "local") count += node.bindings.length;
    else if (node.kind === "local-function") count++;
    else if (node.kind === "if") {
      for (const clause of node.clauses) count += countLocals(clause.body);
      if (node.otherwise !== undefined) count += countLocals(node.otherwise);
    } else if ("body" in node) count += countLocals(node.body) + ("bindings" in node ? node.bindings.length : 1);
  }
  return count;
}
