/**
 * The syntax tree → JavaScript.
 *
 * A chunk becomes the body of one `new Function`. Each Lua function is one JavaScript function in its place, with its locals as
 * `let` variables: blocks, closures and fresh loop variables mean the same in both languages. Statements are here, expressions in
 * expressions.ts, names in text.ts.
 *
 * There are two forms. The *fast* one is plain functions; what it cannot do (wait, run deep, switch coroutines) it gives up by
 * throwing NeedsFullMode. The *full* one is generators, which yield each activation that they call to the machine (machine.ts).
 */
import { type Expr, type Expression, type FunctionNode, isMulti, type Statement } from "../ast.ts";
import type { ParsedChunk } from "../parser.ts";
import { RUNTIME_NAMES } from "../runtime.ts";
import type { SiteTable } from "../sites.ts";
import { isNumber } from "../types.ts";
import { Expressions } from "./expressions.ts";
import { type Form, localName } from "./text.ts";

/** A loop's own counter reports to the machine after so many rounds. */
const ROUNDS_PER_TICK = 256;
/** Registers that a JavaScript frame needs beside its variables. */
const FRAME_OVERHEAD = 30;
/** Stands for the size of the frame in generated text; no literal contains it unescaped. */
const ROOM_MARK = "\u0001";

/** The text of a function of (rt) that returns a function of the globals, which returns the chunk's main function. */
export function generate(chunk: ParsedChunk, form: Form, sites: SiteTable): string {
  return new Generator(form, sites).program(chunk.main);
}

class Generator extends Expressions {
  #node!: FunctionNode;
  #room = 0;

  program(main: FunctionNode): string {
    const body = this.functionText(main);
    const caches = Array.from({ length: this.caches }, (_, at) => `c${at}=0`);
    const declared = caches.length === 0 ? "" : `let ${caches.join(",")};`;
    return `"use strict";const {${RUNTIME_NAMES.join(",")}}=rt;${declared}return (G)=>${body};`;
  }

  // Functions

  protected functionText(node: FunctionNode): string {
    const saved = [this.out, this.temporaries, this.mostTemporaries, this.#node, this.#room] as const;
    this.out = [];
    this.temporaries = 0;
    this.mostTemporaries = 0;
    this.#node = node;
    // The frame's size is known after its body: a mark stands for it until then.
    this.#room = node.hasCalls && !this.full ? 1 : 0;
    const parameters = node.parameters.map(localName);
    if (node.isVararg) parameters.push("...va");
    if (node.argTable !== undefined)
      this.emit(`let ${localName(node.argTable)}=${node.usesVarargs ? "undefined" : "argTable(va)"};`);
    this.#block(node.body);
    if (node.body.at(-1)?.kind !== "return") this.#leave("NOTHING");
    const temporaries = this.mostTemporaries;
    const size = FRAME_OVERHEAD + temporaries + 2 * node.parameters.length + countLocals(node.body);
    const body = this.out.join("").replaceAll(ROOM_MARK, String(size));
    const declared = Array.from({ length: temporaries }, (_, at) => `t${at}`);
    const header = [
      declared.length === 0 ? "" : `let ${declared.join(",")};`,
      "let n=0;",
      this.full ? `if(--vm.fuel<0){${this.#pause(node.line)}}` : "if(--vm.fuel<0)vm.refuel();",
      this.#room > 0 ? `if((vm.room-=${size})<0)vm.tooDeep();` : "",
    ].join("");
    [this.out, this.temporaries, this.mostTemporaries, this.#node, this.#room] = saved;
    return `function${this.full ? "*" : ""}(${parameters.join(",")}){${header}${body}}`;
  }

  #leave(value: string): void {
    this.emit(`${this.#room > 0 ? `vm.room+=${ROOM_MARK};` : ""}return ${value};`);
  }

  /** A round of the loop that begins on the line. */
  #tick(line: number): string {
    const spent = this.full ? this.#pause(line) : "vm.refuel();";
    return `if(++n>=${ROUNDS_PER_TICK}){n=0;if((vm.fuel-=${ROUNDS_PER_TICK})<0){${spent}}}`;
  }

  /** The slice is over; whoever ends the script here will want to know where that was. */
  #pause(line: number): string {
    return `vm.site=${this.sites.add(line)};yield SLICE_END;`;
  }

  // Statements

  #block(body: readonly Statement[]): void {
    for (const statement of body) {
      const outer = this.temporaries;
      this.#statement(statement);
      this.temporaries = outer;
    }
  }

  #braced(body: readonly Statement[]): void {
    this.emit("{");
    this.#block(body);
    this.emit("}");
  }

  #statement(node: Statement): void {
    switch (node.kind) {
      case "local":
        return this.#local(node);
      case "assign":
        return this.#assign(node);
      case "expression":
        this.allValues(node.call);
        return;
      case "do":
        return this.#braced(node.body);
      case "while":
        this.emit(`for(;;){${this.#tick(node.line)}`);
        this.#breakUnless(node.condition);
        this.#block(node.body);
        return this.emit("}");
      case "repeat": {
        this.emit(`for(;;){${this.#tick(node.line)}`);
        this.#block(node.body);
        if (!endsElsewhere(node.body)) this.emit(`if(${this.condition(node.condition)})break;`);
        return this.emit("}");
      }
      case "if":
        return this.#if(this.condition(node.clauses[0]!.condition), node, 0);
      case "numeric-for":
        return this.#numericFor(node);
      case "generic-for":
        return this.#genericFor(node);
      case "local-function": {
        const name = localName(node.binding);
        this.emit(`let ${name};${name}=${this.functionText(node.function.node)};`);
        return;
      }
      case "return":
        return this.#return(node);
      case "break":
        return this.emit("break;");
    }
  }

  #breakUnless(condition: Expression): void {
    const outer = this.temporaries;
    this.emit(`if(!(${this.condition(condition)}))break;`);
    this.temporaries = outer;
  }

  #local(node: Extract<Statement, { kind: "local" }>): void {
    const { bindings, values } = node;
    const texts = this.#adjusted(values, bindings.length, bindings.length > 1);
    bindings.forEach((binding, at) => this.emit(`let ${localName(binding)}=${texts[at]};`));
  }

  /** The values of a list of expressions, exactly `count` of them; `stable`: nothing that happens later changes them. */
  #adjusted(values: readonly Expression[], count: number, stable: boolean): string[] {
    const texts: string[] = [];
    values.forEach((value, at) => {
      const isLast = at === values.length - 1;
      if (isLast && isMulti(value) && count > values.length) {
        const all = this.valueList(value);
        for (let more = at; more < count; more++) texts.push(`${all}[${more - at}]`);
      } else texts.push(stable ? this.stable(value) : this.expression(value));
    });
    while (texts.length < count) texts.push("undefined");
    return texts;
  }

  #assign(node: Extract<Statement, { kind: "assign" }>): void {
    const { targets, values } = node;
    if (targets.length === 1 && values.length === 1) {
      const target = targets[0]!;
      if (target.kind === "index") {
        const object = this.named(target.object);
        const key = this.expression(target.key);
        this.#store(target, object, key, this.expression(values[0]!), node.line);
      } else this.#storeName(target, this.expression(values[0]!), node.line);
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
    return /^L\d|\[/.test(text) ? this.held(text) : text;
  }

  #copied(node: Expression): string {
    const text = this.named(node);
    return node.kind === "local" ? this.held(text) : text;
  }

  #storeName(target: Expression, value: string, line: number): void {
    if (target.kind === "local") return this.emit(`${localName(target.binding)}=${value};`);
    const { name } = target as Expr<"global">;
    const cache = this.cache();
    const key = JSON.stringify(name);
    const site = this.site(line);
    this.emit(`if(!G.frozen&&G.keys[${cache}]===${key}&&G.vals[${cache}]!==undefined)G.vals[${cache}]=${value};else{`);
    this.#emitStore("G", key, value, site);
    this.emit(`${cache}=vm.hint;}`);
  }

  #store(target: Expr<"index">, object: string, key: string, value: string, line: number): void {
    const site = this.site(line, target.object);
    if (target.key.kind === "string") {
      const cache = this.cache();
      const guard = `${object} instanceof LuaTable&&!${object}.frozen&&${object}.keys[${cache}]===${key}&&${object}.vals[${cache}]!==undefined`;
      this.emit(`if(${guard})${object}.vals[${cache}]=${value};else{`);
      this.#emitStore(object, key, value, site);
      this.emit(`${cache}=vm.hint;}`);
      return;
    }
    const index = /^[tL]\d+$|^\d+$/.test(key) ? key : this.held(key);
    const isIndex = isNumber(target.key) ? "" : `typeof ${index}==="number"&&`;
    const guard = `${object} instanceof LuaTable&&!${object}.frozen&&${isIndex}${index}<${object}.arr.length&&${object}.arr[${index}]!==undefined`;
    this.emit(`if(${guard})${object}.arr[${index}]=${value};else{`);
    this.#emitStore(object, index, value, site);
    this.emit("}");
  }

  #emitStore(object: string, key: string, value: string, site: number): void {
    if (!this.full) return this.emit(`setIndex(${object},${key},${value},${site});`);
    const held = this.held(`setIndex(${object},${key},${value},${site})`);
    this.emit(`if(${held} instanceof Activation)yield ${held};`);
  }

  /** The clause at `at`, whose condition has been evaluated to a text, and those after it. */
  #if(condition: string, node: Extract<Statement, { kind: "if" }>, at: number): void {
    this.emit(`if(${condition})`);
    this.#braced(node.clauses[at]!.body);
    const next = node.clauses[at + 1];
    if (next !== undefined) {
      let text = "";
      const before = this.apart(() => (text = this.condition(next.condition)));
      // A chain of plain conditions stays flat.
      this.emit(before === "" ? "else " : `else{${before}`);
      this.#if(text, node, at + 1);
      if (before !== "") this.emit("}");
    } else if (node.otherwise !== undefined) {
      this.emit("else");
      this.#braced(node.otherwise);
    }
  }

  #numericFor(node: Extract<Statement, { kind: "numeric-for" }>): void {
    const { binding, line } = node;
    const site = this.site(line);
    // All three are evaluated before the first is checked.
    const parts = node.step === undefined ? [node.from, node.to] : [node.from, node.to, node.step];
    const texts = parts.map((part) => this.#unlessConstant(this.stable(part)));
    const checked = (at: number, what: string): string =>
      isNumber(parts[at]!) ? texts[at]! : this.held(`forNumber(${texts[at]},"${what}",${site})`);
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
    this.emit(`for(let ${counter}=${from};${test};${advance}){${this.#tick(line)}`);
    if (counter !== name) this.emit(`let ${name}=${counter};`);
    this.#block(node.body);
    this.emit("}");
  }

  /** `pairs` and `ipairs` of plain tables walk by position; the others call. */
  #genericFor(node: Extract<Statement, { kind: "generic-for" }>): void {
    const [f, s, c] = this.#adjusted(node.values, 3, true).map((text) => this.held(text)) as [string, string, string];
    const mode = this.held(`iteration(${f},${s},${c})`);
    const position = this.held("0");
    const site = this.sites.add(node.line, { what: "local", name: "(for generator)" });
    const nameless = this.sites.add(node.line);
    const names = node.bindings.map(localName);
    const [key, value, ...others] = names;
    const second = value === undefined ? "" : `,${value}`;
    this.emit(`for(;;){${this.#tick(node.line)}let ${names.join(",")};`);
    this.emit(`if(${mode}===1){if((${position}=${s}.advance(${position}))<0)break;${key}=${s}.keyAt(${position});`);
    if (value !== undefined) this.emit(`${value}=${s}.valueAt(${position});`);
    const held = this.temporary();
    this.emit(
      `}else if(${mode}===2){${position}++;${held}=${position}<${s}.arr.length?${s}.arr[${position}]:${s}.getNumber(${position});`,
    );
    this.emit(`if(${held}===undefined)break;${key}=${position};${value === undefined ? "" : `${value}=${held};`}`);
    this.emit(
      `}else{if(typeof ${f}!=="function")${f}=callable(${f},${nameless});vm.site=${site};${held}=${f}(${s},${c});`,
    );
    if (this.full) this.emit(`if(${held} instanceof Activation)${held}=yield ${held};`);
    const rest = [key, ...(second === "" ? [] : [value]), ...others];
    this.emit(
      `if(${held} instanceof Array){${rest.map((name, at) => `${name}=${held}[${at}]`).join(";")}}else ${key}=${held};`,
    );
    this.emit(`if(${key}===undefined)break;${c}=${key};}`);
    this.#block(node.body);
    this.emit("}");
  }

  #return({ values, line }: Extract<Statement, { kind: "return" }>): void {
    const [only] = values;
    if (only === undefined) return this.#leave("NOTHING");
    if (values.length === 1) {
      if (only.kind === "call" || only.kind === "method") return this.#leave(this.call(only, "tail"));
      if (only.kind === "vararg") return this.#leave("va");
      return this.#leave(this.expression(only));
    }
    this.#leave(`[${this.argumentList(values, this.site(line))}]`);
  }
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
