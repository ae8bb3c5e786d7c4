/**
 * Which variable does a name mean? (Crafting Interpreters, chapter 11.)
 *
 * One walk over the tree, with a stack of block scopes. A name that no enclosing block declares is global, and looked up when
 * the program runs. The walk fills `binding` and `scope` in the tree and, for the dialect in which that is the
 * resolver's business, tells what is wrong.
 */
import type { CompileErrorEntry } from "../syntax/compile-error.ts";
import type { ClassStatement, Expression, FunctionNode, Statement } from "../syntax/ast.ts";
import { type Token, tokenEnd } from "../syntax/token.ts";
import type { Binding, FunctionScope } from "./binding.ts";

export interface Resolution {
  /** The variables of the script's blocks. */
  readonly script: FunctionScope;
  readonly errors: readonly CompileErrorEntry[];
}

/** Resolves a whole program. The tree must be without syntax errors. */
export function resolve(body: readonly Statement[], source: string): Resolution {
  const resolver = new Resolver(source);
  resolver.statements(body);
  return { script: resolver.script, errors: resolver.errors };
}

interface BlockScope {
  readonly names: Map<string, Binding>;
  /** Declared, but its initializer is not over. */
  unready: Binding | undefined;
}

interface ClassContext {
  readonly hasSuperclass: boolean;
}

type Role = "script" | FunctionNode["role"];

class Resolver {
  readonly errors: CompileErrorEntry[] = [];
  readonly script: FunctionScope = { parent: null, bindings: [], captures: new Map(), sources: [] };
  readonly #source: string;
  readonly #blocks: BlockScope[] = [];
  #function = this.script;
  #role: Role = "script";
  #class: ClassContext | null = null;

  constructor(source: string) {
    this.#source = source;
  }

  statements(body: readonly Statement[]): void {
    for (const statement of body) this.#statement(statement);
  }

  #error(token: Token, message: string): void {
    const column = token.start - this.#source.lastIndexOf("\n", token.start - 1);
    const where = ` at '${token.lexeme}'`;
    this.errors.push({ line: token.line, column, start: token.start, end: tokenEnd(token), where, message });
  }

  #inBlock(walk: () => void): void {
    this.#blocks.push({ names: new Map(), unready: undefined });
    walk();
    this.#blocks.pop();
  }

  /** Declares a name in the innermost block; null for a global. */
  #declare(name: Token, role: Binding["role"]): Binding | null {
    const block = this.#blocks.at(-1);
    if (block === undefined) return null;
    if (block.names.has(name.lexeme)) this.#error(name, "Already a variable with this name in this scope.");
    return this.#bind(block, name.lexeme, role);
  }

  #bind(block: BlockScope, name: string, role: Binding["role"]): Binding {
    const owner = this.#function;
    const index = owner.bindings.length;
    const binding: Binding = { name, index, owner, role, captured: false, assigned: false, values: [] };
    owner.bindings.push(binding);
    block.names.set(name, binding);
    return binding;
  }

  /** The local variable that a name means here; null for a global. */
  #lookUp(name: string): Binding | null {
    for (let index = this.#blocks.length - 1; index >= 0; index--) {
      const binding = this.#blocks[index]!.names.get(name);
      if (binding === undefined) continue;
      if (binding.owner !== this.#function) this.#capture(binding, this.#function);
      return binding;
    }
    return null;
  }

  /** The functions between the variable's own and this one hand it inwards. Returns its number among the captured. */
  #capture(binding: Binding, scope: FunctionScope): number {
    const known = scope.captures.get(binding);
    if (known !== undefined) return known;
    binding.captured = true;
    const { parent } = scope;
    const source = parent === binding.owner ? binding.index : ~this.#capture(binding, parent!);
    const index = scope.sources.push(source) - 1;
    scope.captures.set(binding, index);
    return index;
  }

  /** Where a variable stands among the captured ones; -1 for one of the function's own, or a global. */
  #captureIndex(binding: Binding | null): number {
    return binding === null ? -1 : (this.#function.captures.get(binding) ?? -1);
  }

  #statement(node: Statement): void {
    switch (node.kind) {
      case "expression":
      case "print":
        this.#expression(node.expression);
        break;
      case "var": {
        node.binding = this.#declare(node.name, "variable");
        node.binding?.values.push(node.initializer);
        const block = this.#blocks.at(-1);
        if (block !== undefined) block.unready = node.binding!;
        if (node.initializer !== null) this.#expression(node.initializer);
        if (block !== undefined) block.unready = undefined;
        break;
      }
      case "block":
        this.#inBlock(() => this.statements(node.body));
        break;
      case "if":
        this.#expression(node.condition);
        this.#statement(node.thenBranch);
        if (node.elseBranch !== null) this.#statement(node.elseBranch);
        break;
      case "while":
        this.#expression(node.condition);
        this.#statement(node.body);
        break;
      case "for":
        this.#inBlock(() => {
          if (node.initializer !== null) this.#statement(node.initializer);
          if (node.condition !== null) this.#expression(node.condition);
          if (node.increment !== null) this.#expression(node.increment);
          this.#statement(node.body);
        });
        break;
      case "function":
        node.binding = this.#declare(node.function.name, "function");
        this.#callable(node.function);
        break;
      case "return":
        this.#return(node.keyword, node.value);
        break;
      case "class":
        this.#classStatement(node);
        break;
    }
  }

  #return(keyword: Token, value: Expression | null): void {
    if (this.#role === "script") this.#error(keyword, "Can't return from top-level code.");
    if (value === null) return;
    if (this.#role === "initializer") this.#error(keyword, "Can't return a value from an initializer.");
    this.#expression(value);
  }

  /** Parameters and body share one scope, as in the book. */
  #callable(node: FunctionNode): void {
    const outer = { scope: this.#function, role: this.#role };
    const scope: FunctionScope = { parent: outer.scope, bindings: [], captures: new Map(), sources: [] };
    node.scope = scope;
    this.#function = scope;
    this.#role = node.role;
    const body = (): void => {
      for (const parameter of node.parameters) this.#declare(parameter, "parameter");
      this.statements(node.body);
    };
    if (node.role === "function") {
      this.#inBlock(body);
    } else {
      this.#inBlock(() => {
        this.#bind(this.#blocks.at(-1)!, "this", "this");
        this.#inBlock(body);
      });
    }
    this.#function = outer.scope;
    this.#role = outer.role;
  }

  #classStatement(node: ClassStatement): void {
    node.binding = this.#declare(node.name, "class");
    const { superclass } = node;
    if (superclass !== null) {
      if (superclass.name.lexeme === node.name.lexeme) {
        this.#error(superclass.name, "A class can't inherit from itself.");
      }
      this.#expression(superclass);
    }
    const outer = this.#class;
    this.#class = { hasSuperclass: superclass !== null };
    if (superclass === null) {
      for (const method of node.methods) this.#callable(method);
    } else {
      this.#inBlock(() => {
        node.superBinding = this.#bind(this.#blocks.at(-1)!, "super", "super");
        for (const method of node.methods) this.#callable(method);
      });
    }
    this.#class = outer;
  }

  #expression(node: Expression): void {
    switch (node.kind) {
      case "literal":
      case "missing":
        break;
      case "grouping":
        this.#expression(node.expression);
        break;
      case "unary":
        this.#expression(node.operand);
        break;
      case "binary":
      case "logical":
      case "call":
      case "get":
        this.#chain(node);
        break;
      case "variable":
        this.#variable(node.name);
        node.binding = this.#lookUp(node.name.lexeme);
        node.capture = this.#captureIndex(node.binding);
        break;
      case "assign":
        this.#expression(node.value);
        node.binding = this.#lookUp(node.name.lexeme);
        node.capture = this.#captureIndex(node.binding);
        if (node.binding !== null) {
          node.binding.assigned = true;
          node.binding.values.push(node.value);
        }
        break;
      case "set":
        this.#expression(node.value);
        this.#expression(node.object);
        break;
      case "this":
        if (this.#class === null) {
          this.#error(node.keyword, "Can't use 'this' outside of a class.");
          break;
        }
        node.binding = this.#lookUp("this");
        node.capture = this.#captureIndex(node.binding);
        break;
      case "super":
        if (this.#class === null) {
          this.#error(node.keyword, "Can't use 'super' outside of a class.");
          break;
        }
        if (!this.#class.hasSuperclass) {
          this.#error(node.keyword, "Can't use 'super' in a class with no superclass.");
          break;
        }
        node.binding = this.#lookUp("super");
        node.capture = this.#captureIndex(node.binding);
        node.thisBinding = this.#lookUp("this");
        node.thisCapture = this.#captureIndex(node.thisBinding);
        break;
    }
  }

  /** From the chain's far left outwards; only what stands on the right is nested. */
  #chain(node: Expression): void {
    const links: Expression[] = [];
    let first = node;
    for (;;) {
      links.push(first);
      if (first.kind === "binary" || first.kind === "logical") first = first.left;
      else if (first.kind === "call") first = first.callee;
      else if (first.kind === "get") first = first.object;
      else break;
    }
    for (let link = links.pop(); link !== undefined; link = links.pop()) {
      if (link.kind === "binary" || link.kind === "logical") this.#expression(link.right);
      else if (link.kind === "call") for (const argument of link.arguments) this.#expression(argument);
      else if (link.kind !== "get") this.#expression(link);
    }
  }

  #variable(name: Token): void {
    const block = this.#blocks.at(-1);
    if (block?.unready !== undefined && block.unready.name === name.lexeme) {
      this.#error(name, "Can't read local variable in its own initializer.");
    }
  }
}
