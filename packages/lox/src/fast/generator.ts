/**
 * Statements, functions and classes → JavaScript. The door of the room's compiling half: `generate`.
 *
 * A program becomes the body of one `new Function`: its globals are variables of that body, each Lox function is one
 * JavaScript function with as many parameters, and each class is a constructor with its methods on the prototype. A class *as a
 * value* is a plain function that constructs and calls `init`, so that everything callable is called in one way.
 *
 * With limits, functions and loops count: steps down to zero, and calls up to the deepest one allowed.
 */
import type { Dialect } from "../dialect.ts";
import { type Counting, NO_COUNTING } from "../engine.ts";
import type { Binding, FunctionScope } from "../resolve/binding.ts";
import type {
  ClassStatement,
  Expression,
  FunctionNode,
  Place,
  Statement,
  VariableExpression,
  VarStatement,
} from "../syntax/ast.ts";
import { Assembler, type GeneratedSource, mark } from "./code.ts";
import { ExpressionGenerator, propertyName } from "./expressions.ts";
import { RUNTIME_NAMES } from "./runtime.ts";
import { LocalTypes } from "./types.ts";

/** The name of the functions that construct: in a stack trace they are none of Lox's. */
export const CONSTRUCT = "construct$$";
/** The name of the script itself; that of a function called `script` has one dollar sign. */
export const SCRIPT = "script$$";
/** Own globals that are properties of one object: V8 makes a hash table of one that gets more than 128, and folds nothing then. */
const GLOBALS_TOGETHER = 100;

/**
 * Compiles a resolved program. `shared` names globals that must live in the shared table even though this program
 * declares them, because another program keeps them already.
 */
export function generate(
  body: readonly Statement[],
  script: FunctionScope,
  dialect: Dialect,
  counting: Counting = NO_COUNTING,
  shared: ReadonlySet<string> = new Set(),
): GeneratedSource {
  const declared = new Set(body.map(declaredName).filter((name) => name !== undefined));
  const own = chunks(
    [...declared].filter((name) => !shared.has(name)),
    GLOBALS_TOGETHER,
  );
  const functions = new FunctionCollector();
  functions.statements(body);
  const types = new LocalTypes([script, ...functions.scopes].flatMap((scope) => scope.bindings));
  const generator = new Generator(dialect, types, own, counting);
  return generator.program(body);
}

/** `values` in their order, at most `size` together. */
function chunks<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, at) => values.slice(at * size, (at + 1) * size));
}

function declaredName(statement: Statement): string | undefined {
  if (statement.kind === "var" || statement.kind === "class") return statement.name.lexeme;
  return statement.kind === "function" ? statement.function.name.lexeme : undefined;
}

/** Finds every function's scope. */
class FunctionCollector {
  readonly scopes: FunctionScope[] = [];

  statements(body: readonly Statement[]): void {
    for (const statement of body) this.#statement(statement);
  }

  #statement(node: Statement): void {
    switch (node.kind) {
      case "block":
        return this.statements(node.body);
      case "if":
        this.#statement(node.thenBranch);
        if (node.elseBranch !== null) this.#statement(node.elseBranch);
        return;
      case "while":
      case "for":
        return this.#statement(node.body);
      case "function":
        return this.#function(node.function);
      case "class":
        return node.methods.forEach((method) => this.#function(method));
      default:
    }
  }

  #function(node: FunctionNode): void {
    this.scopes.push(node.scope!);
    this.statements(node.body);
  }
}

/** The function whose body is being generated. */
interface FunctionContext {
  readonly node: FunctionNode | null;
  /** Its own `this`, where it is a method. */
  readonly thisBinding: Binding | undefined;
}

class Generator extends ExpressionGenerator {
  protected readonly limitsStrings: boolean;
  readonly #counting: Counting;
  #context: FunctionContext = { node: null, thisBinding: undefined };
  /** Own globals whose definition stands before what is being generated, at the top level. */
  readonly #defined = new Set<string>();
  #classes = 0;
  /** The names of `ownGlobals`, as they share their objects. */
  readonly #own: readonly (readonly string[])[];

  constructor(dialect: Dialect, types: LocalTypes, own: readonly (readonly string[])[], counting: Counting) {
    super(
      dialect,
      types,
      new Map(own.flatMap((names, at) => names.map((name) => [name, `own${at}.${propertyName(name)}`]))),
    );
    this.#own = own;
    this.#counting = counting;
    this.limitsStrings = counting.strings;
  }

  protected isOwnThis(binding: Binding): boolean {
    return binding === this.#context.thisBinding;
  }

  /** The body of a function of (runtime, globals) that returns the script as a function. */
  program(body: readonly Statement[]): GeneratedSource {
    // Piece by piece: assembled it is one flat text, where what is being put together is a tree of many small ones.
    const script = new Assembler();
    const temporaries = this.collectingTemporaries(() => {
      for (const statement of body) script.append(this.#topLevel(statement));
    });
    const { text, places } = script.finish();
    const variables = this.#own.map((names, at) => `own${at}=globals.own(${JSON.stringify(names)})`);
    const cells = [...this.usedGlobals].map((name) => `c$${name}=globals.cell("${name}")`);
    const declarations = [...variables, ...cells];
    // On the script's first line, so that its lines keep their numbers.
    const prelude = [
      `"use strict";const {${RUNTIME_NAMES.join(",")}}=runtime;`,
      declarations.length === 0 ? "" : `const ${declarations.join(",")};`,
      `return function ${SCRIPT}(){let ${["last=null", ...temporaries].join(",")};`,
    ].join("");
    return { text: `${prelude}${text}return last;};`, places };
  }

  #topLevel(node: Statement): string {
    if (node.kind === "expression") return `last=${this.expression(node.expression).text};`;
    const text = this.#statement(node);
    const name = declaredName(node);
    if (name !== undefined && this.ownGlobals.has(name)) this.#defined.add(name);
    return text;
  }

  /** Statements at the top level run in their order, and a variable that is defined stays so. */
  protected isSurelyDefined(name: string): boolean {
    return this.#context.node === null && this.#defined.has(name);
  }

  #statements(body: readonly Statement[]): string {
    return body.map((statement) => this.#statement(statement)).join("");
  }

  #statement(node: Statement): string {
    switch (node.kind) {
      case "expression":
        return `${this.expression(node.expression).text};`;
      case "print":
        return `${mark(node)}print(${this.expression(node.expression).text});`;
      case "var":
        return this.#var(node);
      case "block":
        return `{${this.#statements(node.body)}}`;
      case "if": {
        const otherwise = node.elseBranch === null ? "" : `else{${this.#statement(node.elseBranch)}}`;
        return `if(${this.condition(node.condition)}){${this.#statement(node.thenBranch)}}${otherwise}`;
      }
      case "while":
        return this.#loop(node.condition, "", node.body, node);
      case "for": {
        const { initializer, condition, increment, body } = node;
        const first = initializer === null ? "" : this.#statement(initializer);
        const step = increment === null ? "" : this.expression(increment).text;
        return `{${first}${this.#loop(condition, step, body, node)}}`;
      }
      case "function":
        return this.#declare(node.binding, node.function.name.lexeme, (name) => this.#function(node.function, name));
      case "return":
        return this.#return(node.value);
      case "class":
        return this.#class(node);
    }
  }

  #loop(condition: Expression | null, increment: string, body: Statement, place: Place): string {
    const test = condition === null ? "" : this.condition(condition);
    return `for(;${test};${increment}){${this.#step(place)}${this.#statement(body)}}`;
  }

  /** One step is taken; where the fuel is used up, the host decides whether there is more. */
  #step(place: Place): string {
    return this.#counting.steps ? `if(--counters.fuel<0){${mark(place)}counters.fuel=refuel();}` : "";
  }

  #var(node: VarStatement): string {
    const value = node.initializer === null ? "null" : this.expression(node.initializer).text;
    if (node.binding) return `let ${this.localName(node.binding)}=${value};`;
    return `${this.globalName(node.name.lexeme)}=${value};`;
  }

  /** Declares a local or global name; `value` is told the name that the function or class has in JavaScript. */
  #declare(binding: Binding | null | undefined, name: string, value: (inner: string) => string): string {
    if (!binding) return `${this.globalName(name)}=${value(`${name}$`)};`;
    const local = this.localName(binding);
    // The inner name must not hide the variable from the function's own body.
    return `let ${local}=${value(`${local}$`)};`;
  }

  #return(value: Expression | null): string {
    const { node, thisBinding } = this.#context;
    if (node?.role === "initializer") return this.#leave(this.thisText(thisBinding!));
    if (value === null) return this.#leave("null");
    const { text } = this.expression(value);
    if (!this.#counting.depth) return `return(${text});`;
    return this.releasing(() => {
      const held = this.temporary();
      return `${held}=${text};--counters.depth;return ${held};`;
    });
  }

  #leave(text: string): string {
    return this.#counting.depth ? `--counters.depth;return ${text};` : `return ${text};`;
  }

  #function(node: FunctionNode, name: string): string {
    return `function ${name}${this.#callable(node)}`;
  }

  /** Parameters and body. */
  #callable(node: FunctionNode): string {
    const outer = this.#context;
    const thisBinding = node.scope!.bindings.find((binding) => binding.role === "this");
    this.#context = { node, thisBinding };
    const parameters = node.scope!.bindings.slice(thisBinding === undefined ? 0 : 1, node.parameters.length + 1);
    const names = parameters
      .filter((binding) => binding.role === "parameter")
      .map((binding) => this.localName(binding));
    const body = this.withTemporaries(() => {
      const count = names.length;
      const arity = `if(arguments.length!==${count})wrongArity(${count},arguments.length);`;
      const deeper = this.#counting.depth ? `if(++counters.depth>maxDepth)${mark(node)}tooDeep();` : "";
      const step = this.#step(node);
      const self = thisBinding?.captured ? `const ${this.localName(thisBinding)}=this;` : "";
      const statements = this.#statements(node.body);
      const returns = node.body.at(-1)?.kind === "return";
      const end = returns ? "" : this.#leave(node.role === "initializer" ? "this" : "null");
      return `${arity}${deeper}${step}${self}${statements}${end}`;
    });
    this.#context = outer;
    return `(${names.join(",")}){${body}}`;
  }

  #class(node: ClassStatement): string {
    const name = node.name.lexeme;
    // Two dollar signs: with one it could be the name of a local variable.
    const constructor = `${name}$$${this.#classes++}`;
    return this.#declare(node.binding, name, () => {
      const { superclass, superBinding } = node;
      const base = superBinding ? this.localName(superBinding) : "";
      const inherited = superclass === null ? "" : `${mark(superclass)}superclassOf(${this.#superclass(superclass)})`;
      const methods = node.methods.map((method) => `${propertyName(method.name.lexeme)}${this.#callable(method)}`);
      return [
        `((${base})=>{function ${constructor}(){${this.#fieldHint(node)}}`,
        `defineClass(${constructor},"${name}",${base || "null"},{${methods.join(",")}});`,
        `return ${this.#classValue(node, constructor)}})(${inherited})`,
      ].join("");
    });
  }

  #superclass(node: VariableExpression): string {
    return this.releasing(() => this.expression(node)).text;
  }

  /** Never runs; V8 counts these assignments to reserve room for the fields in the instance itself. */
  #fieldHint(node: ClassStatement): string {
    const fields = new Set<string>();
    for (const method of node.methods) collectFields(method.body, fields);
    const assignments = [...fields].map((field) => `this.${propertyName(field)}=`);
    return assignments.length === 0 ? "" : `if(false)${assignments.join("")}0;`;
  }

  /** The function that the class is as a value. */
  #classValue(node: ClassStatement, constructor: string): string {
    const init = node.methods.findLast((method) => method.role === "initializer");
    if (init === undefined) return `classValue(${constructor},null)`;
    const args = init.parameters.map((_, index) => `a${index}`).join(",");
    const count = init.parameters.length;
    const arity = `if(arguments.length!==${count})wrongInitArity(${count},arguments.length);`;
    const construct = `const o=new ${constructor}();o.${propertyName("init")}(${args});return o;`;
    return `classValue(${constructor},function ${CONSTRUCT}(${args}){${arity}${construct}})`;
  }
}

/** Names of the fields that a method assigns to `this`, at its top or in nested statements. */
function collectFields(body: readonly Statement[], fields: Set<string>): void {
  for (const node of body) {
    if (node.kind === "expression") {
      let value: Expression = node.expression;
      while (value.kind === "set") {
        if (value.object.kind === "this") fields.add(value.name.lexeme);
        value = value.value;
      }
    } else if (node.kind === "block") {
      collectFields(node.body, fields);
    } else if (node.kind === "if") {
      collectFields(node.elseBranch === null ? [node.thenBranch] : [node.thenBranch, node.elseBranch], fields);
    }
  }
}
