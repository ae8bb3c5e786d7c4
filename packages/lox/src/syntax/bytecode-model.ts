/**
 * The size of the bytecode that clox would have emitted so far (Crafting Interpreters, chapters 17–29).
 *
 * clox finds some errors only because its instructions have one byte for an index and two for a jump: too many
 * constants, locals or captured variables, too much code in a loop. It finds others, such as a name that is declared
 * twice, while it emits. All of them come in the middle of parsing, and silence what follows. So this model is told every step
 * in the compiler's order, counts, and reports; it emits nothing.
 *
 * | what | bytes |
 * | --- | --- |
 * | literal, operator, pop, print, return, close upvalue | 1 (`!=`, `<=`, `>=`: 2) |
 * | constant, variable, property, call, class, method, closure | 2 (closure: and 2 for each captured variable) |
 * | jump, loop, invocation | 3 |
 */
import type { BinaryOperator, FunctionNode } from "./ast.ts";

const MAX_CONSTANTS = 256;
const MAX_LOCALS = 256;
const MAX_UPVALUES = 256;
const MAX_JUMP = 65_535;

const TWO_BYTE_OPERATORS: ReadonlySet<BinaryOperator> = new Set<BinaryOperator>(["!=", "<=", ">="]);

interface Local {
  readonly name: string;
  /** Scope depth; -1 while its initializer is being compiled. */
  depth: number;
}

/** One function under compilation. */
class FunctionModel {
  readonly enclosing: FunctionModel | null;
  readonly role: "script" | FunctionNode["role"];
  /** Slot 0 belongs to the callee: `this` in methods, a name nobody can write elsewhere. */
  readonly locals: Local[];
  /** Captured variables: whose (`true`: the enclosing function's local), and which. */
  readonly upvalues: { readonly index: number; readonly isLocal: boolean }[] = [];
  scopeDepth = 0;
  constants = 0;
  bytes = 0;

  constructor(enclosing: FunctionModel | null, role: "script" | FunctionNode["role"]) {
    this.enclosing = enclosing;
    this.role = role;
    this.locals = [{ name: role === "method" || role === "initializer" ? "this" : "", depth: 0 }];
  }
}

interface ClassModel {
  readonly enclosing: ClassModel | null;
  hasSuperclass: boolean;
}

export class BytecodeModel {
  readonly #report: (message: string) => void;
  #function = new FunctionModel(null, "script");
  #class: ClassModel | null = null;

  /** `report` tells an error at the token that was consumed last. */
  constructor(report: (message: string) => void) {
    this.#report = report;
  }

  emit(bytes: number): void {
    this.#function.bytes += bytes;
  }

  /** A literal in the constant table, and the instruction that loads it. */
  constant(): void {
    this.name();
    this.emit(2);
  }

  /** An entry in the constant table: clox never looks whether it is there already. */
  name(): void {
    if (this.#function.constants >= MAX_CONSTANTS) this.#report("Too many constants in one chunk.");
    else this.#function.constants++;
  }

  binary(operator: BinaryOperator): void {
    this.emit(TWO_BYTE_OPERATORS.has(operator) ? 2 : 1);
  }

  // Jumps.

  /** Returns what `patch` wants when the jump's target is reached. */
  jump(): number {
    this.emit(3);
    return this.#function.bytes;
  }

  patch(jump: number): void {
    if (this.#function.bytes - jump > MAX_JUMP) this.#report("Too much code to jump over.");
  }

  /** Where a later `loop` jumps back to. */
  here(): number {
    return this.#function.bytes;
  }

  loop(start: number): void {
    this.emit(1);
    if (this.#function.bytes - start + 2 > MAX_JUMP) this.#report("Loop body too large.");
    this.emit(2);
  }

  /** Between the operands of `and` or `or`; returns the jump to patch behind the second. */
  beginLogical(operator: "and" | "or"): number {
    const first = this.jump();
    if (operator === "and") {
      this.emit(1);
      return first;
    }
    const second = this.jump();
    this.patch(first);
    this.emit(1);
    return second;
  }

  // Scopes and names.

  beginScope(): void {
    this.#function.scopeDepth++;
  }

  endScope(): void {
    const { locals } = this.#function;
    const depth = --this.#function.scopeDepth;
    while (locals.length > 0 && locals.at(-1)!.depth > depth) {
      this.emit(1);
      locals.pop();
    }
  }

  /** A name is declared; for a global, it becomes a constant. */
  declare(name: string): void {
    this.declareLocal(name);
    if (this.#function.scopeDepth === 0) this.name();
  }

  /** A name is declared, if this is not the global scope. */
  declareLocal(name: string): void {
    const { locals, scopeDepth } = this.#function;
    if (scopeDepth === 0) return;
    for (let index = locals.length - 1; index >= 0; index--) {
      const local = locals[index]!;
      if (local.depth !== -1 && local.depth < scopeDepth) break;
      if (local.name === name) this.#report("Already a variable with this name in this scope.");
    }
    this.#addLocal(name);
  }

  #addLocal(name: string): void {
    const { locals } = this.#function;
    if (locals.length === MAX_LOCALS) this.#report("Too many local variables in function.");
    else locals.push({ name, depth: -1 });
  }

  /** From here on the name that was declared last can be used. */
  define(): void {
    if (this.#function.scopeDepth === 0) this.emit(2);
    else this.markInitialized();
  }

  markInitialized(): void {
    const { locals, scopeDepth } = this.#function;
    if (scopeDepth > 0) locals.at(-1)!.depth = scopeDepth;
  }

  /** Reads or writes a variable. */
  useName(name: string): void {
    const current = this.#function;
    if (this.#resolveLocal(current, name) === -1 && this.#resolveUpvalue(current, name) === -1) this.name();
    this.emit(2);
  }

  #resolveLocal(current: FunctionModel, name: string): number {
    for (let index = current.locals.length - 1; index >= 0; index--) {
      const local = current.locals[index]!;
      if (local.name !== name) continue;
      if (local.depth === -1) this.#report("Can't read local variable in its own initializer.");
      return index;
    }
    return -1;
  }

  #resolveUpvalue(current: FunctionModel, name: string): number {
    if (current.enclosing === null) return -1;
    const local = this.#resolveLocal(current.enclosing, name);
    if (local !== -1) return this.#addUpvalue(current, local, true);
    const upvalue = this.#resolveUpvalue(current.enclosing, name);
    return upvalue === -1 ? -1 : this.#addUpvalue(current, upvalue, false);
  }

  #addUpvalue(current: FunctionModel, index: number, isLocal: boolean): number {
    const { upvalues } = current;
    const known = upvalues.findIndex((upvalue) => upvalue.index === index && upvalue.isLocal === isLocal);
    if (known !== -1) return known;
    if (upvalues.length === MAX_UPVALUES) {
      this.#report("Too many closure variables in function.");
      return 0;
    }
    return upvalues.push({ index, isLocal }) - 1;
  }

  // Functions and classes.

  beginFunction(role: FunctionNode["role"]): void {
    this.#function = new FunctionModel(this.#function, role);
    this.beginScope();
  }

  endFunction(): void {
    const { enclosing, upvalues } = this.#function;
    this.#function = enclosing!;
    this.name();
    this.emit(2 + 2 * upvalues.length);
  }

  beginReturn(): void {
    if (this.#function.role === "script") this.#report("Can't return from top-level code.");
  }

  /** `return;`, or the end of a function's body. */
  emptyReturn(): void {
    this.emit(this.#function.role === "initializer" ? 3 : 2);
  }

  beginReturnValue(): void {
    if (this.#function.role === "initializer") this.#report("Can't return a value from an initializer.");
  }

  /** Between the class's name and what follows it. */
  beginClass(name: string): void {
    this.name();
    this.declareLocal(name);
    this.emit(2);
    this.define();
    this.#class = { enclosing: this.#class, hasSuperclass: false };
  }

  /** Behind the superclass's name. */
  inherit(className: string, superclass: string): void {
    this.useName(superclass);
    if (className === superclass) this.#report("A class can't inherit from itself.");
    this.beginScope();
    this.#addLocal("super");
    this.define();
    this.useName(className);
    this.emit(1);
    this.#class!.hasSuperclass = true;
  }

  beginMethods(className: string): void {
    this.useName(className);
  }

  endClass(): void {
    this.emit(1);
    if (this.#class!.hasSuperclass) this.endScope();
    this.#class = this.#class!.enclosing;
  }

  useThis(): void {
    if (this.#class === null) this.#report("Can't use 'this' outside of a class.");
    else this.useName("this");
  }

  checkSuper(): void {
    if (this.#class === null) this.#report("Can't use 'super' outside of a class.");
    else if (!this.#class.hasSuperclass) this.#report("Can't use 'super' in a class with no superclass.");
  }

  /** Behind `super.method`. */
  beginSuper(): void {
    this.name();
    this.useName("this");
  }

  /** Loads the superclass, and looks the method up or calls it. */
  endSuper(bytes: number): void {
    this.useName("super");
    this.emit(bytes);
  }
}
