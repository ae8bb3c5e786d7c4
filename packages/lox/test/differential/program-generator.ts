/**
 * Random programs. Mostly well typed: the generator knows what kind of value each variable holds. With `wrongness` above 0 it
 * forgets now and then, so that every operation meets values that it does not want. Programs may run for ever; who runs
 * them sets limits first.
 */

/** A small pseudo-random generator (mulberry32): the same seed gives the same program everywhere. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Kind = "number" | "string" | "boolean" | "nil" | "function" | "class" | "instance";

interface Variable {
  readonly name: string;
  readonly kind: Kind;
  /** Parameters of a function, or of a class's `init`. */
  readonly arity: number;
}

const KINDS: readonly Kind[] = ["number", "string", "boolean", "nil", "function", "class", "instance"];
/** Ordinary names in Lox; less so in JavaScript. */
const NAMES: readonly string[] = [
  "a",
  "b",
  "c",
  "x",
  "y",
  "__proto__",
  "constructor",
  "arguments",
  "eval",
  "undefined",
  "let",
  "prototype",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "name",
  "length",
  "t0",
  "last",
  "globals",
  "runtime",
  "counters",
  "NaN",
  "g",
  "C0",
  "script",
  "construct",
];
const PROPERTIES: readonly string[] = [
  "f",
  "g",
  "h",
  "constructor",
  "__proto__",
  "toString",
  "isInstance",
  "className",
];
const METHODS: readonly string[] = ["m", "n", "valueOf", "call"];

export interface GeneratorOptions {
  readonly seed: number;
  /** Chance that an expression is of another kind than its place wants. */
  readonly wrongness: number;
}

export function generateProgram({ seed, wrongness }: GeneratorOptions): string {
  return new ProgramGenerator(randomNumbers(seed), wrongness).program();
}

class ProgramGenerator {
  readonly #random: () => number;
  readonly #wrongness: number;
  #scopes: Variable[][] = [[]];
  #inMethod: "none" | "method" | "subclass" = "none";
  #inFunction: "none" | "function" | "init" = "none";
  #names = 0;
  #size = 0;

  constructor(random: () => number, wrongness: number) {
    this.#random = random;
    this.#wrongness = wrongness;
  }

  program(): string {
    const lines: string[] = [];
    for (let count = 4 + this.#below(10); count > 0; count--) lines.push(this.#declaration(0));
    return `${lines.join("\n")}\n`;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)]!;
  }

  /** A space, or a line break: errors tell lines. */
  get #gap(): string {
    return this.#chance(0.06) ? "\n" : " ";
  }

  #freshName(): string {
    const name = this.#pick(NAMES);
    const taken = this.#scopes.at(-1)!.some((variable) => variable.name === name);
    return taken ? `${name}${++this.#names}` : name;
  }

  #declare(name: string, kind: Kind, arity = 0): void {
    this.#scopes.at(-1)!.push({ name, kind, arity });
  }

  #inScope(generate: () => string): string {
    this.#scopes.push([]);
    const text = generate();
    this.#scopes.pop();
    return text;
  }

  /** Variables of a kind that the innermost declaration of their name has. */
  #variables(kind: Kind): Variable[] {
    const seen = new Set<string>();
    const found: Variable[] = [];
    for (const scope of this.#scopes.toReversed()) {
      for (const variable of scope.toReversed()) {
        if (seen.has(variable.name)) continue;
        seen.add(variable.name);
        if (variable.kind === kind) found.push(variable);
      }
    }
    return found;
  }

  // Statements.

  #declaration(depth: number): string {
    const choice = this.#random();
    if (choice < 0.3) return this.#var();
    if (choice < 0.42 && depth < 3) return this.#function(depth);
    if (choice < 0.54 && depth < 3) return this.#class(depth);
    return this.#statement(depth);
  }

  #var(): string {
    const kind = this.#pick(KINDS);
    const value = kind === "nil" && this.#chance(0.5) ? "" : ` =${this.#gap}${this.#expression(kind, 2)}`;
    const fresh = this.#freshName();
    // A local variable cannot be read in its own initializer.
    const name = value.includes(fresh) ? `${fresh}${++this.#names}` : fresh;
    this.#declare(name, kind, this.#arityOf(kind));
    return `var ${name}${value};`;
  }

  /** What a function or class of unknown origin takes: a guess, which may be wrong. */
  #arityOf(kind: Kind): number {
    return kind === "function" || kind === "class" ? this.#below(2) : 0;
  }

  #block(depth: number): string {
    return this.#inScope(() => {
      const lines: string[] = [];
      for (let count = this.#below(4); count > 0; count--) lines.push(this.#declaration(depth + 1));
      return `{\n${lines.join("\n")}\n}`;
    });
  }

  #statement(depth: number): string {
    const choice = this.#random();
    if (choice < 0.35 || depth >= 4) return `print${this.#gap}${this.#expression(this.#pick(KINDS), 3)};`;
    if (choice < 0.5) return `${this.#expression(this.#pick(KINDS), 3)};`;
    if (choice < 0.6) return this.#block(depth);
    if (choice < 0.75) {
      const otherwise = this.#chance(0.5) ? ` else ${this.#inner(depth)}` : "";
      return `if (${this.#expression("boolean", 2)}) ${this.#inner(depth)}${otherwise}`;
    }
    if (choice < 0.88) return this.#loop(depth);
    if (this.#inFunction === "none") return `print ${this.#expression("string", 2)};`;
    if (this.#inFunction === "init") return "return;";
    return this.#chance(0.2) ? "return;" : `return ${this.#expression(this.#pick(KINDS), 2)};`;
  }

  /** A statement that is no declaration. */
  #inner(depth: number): string {
    return this.#chance(0.7) ? this.#block(depth) : this.#statement(depth + 1);
  }

  #loop(depth: number): string {
    const name = `i${++this.#names}`;
    const rounds = 1 + this.#below(4);
    if (this.#chance(0.3)) {
      return `{\nvar ${name} = 0;\nwhile (${name} < ${rounds}) {\n${name} = ${name} + 1;\n${this.#inner(depth)}\n}\n}`;
    }
    return this.#inScope(() => {
      this.#declare(name, "number");
      return `for (var ${name} = 0; ${name} < ${rounds}; ${name} = ${name} + 1) ${this.#inner(depth)}`;
    });
  }

  #function(depth: number): string {
    const name = this.#freshName();
    const arity = this.#below(4);
    this.#declare(name, "function", arity);
    return `fun ${name}${this.#callable(depth, arity, "function")}`;
  }

  #callable(depth: number, arity: number, role: "function" | "init"): string {
    const outer = this.#inFunction;
    this.#inFunction = role;
    const text = this.#inScope(() => {
      const parameters = Array.from({ length: arity }, (_, index) => `p${index}`);
      for (const parameter of parameters) this.#declare(parameter, this.#pick(KINDS));
      const lines: string[] = [];
      for (let count = 1 + this.#below(3); count > 0; count--) lines.push(this.#declaration(depth + 1));
      if (role === "function" && this.#chance(0.6)) lines.push(`return ${this.#expression(this.#pick(KINDS), 2)};`);
      return `(${parameters.join(", ")}) {\n${lines.join("\n")}\n}`;
    });
    this.#inFunction = outer;
    return text;
  }

  #class(depth: number): string {
    const superclasses = this.#variables("class");
    const superclass = superclasses.length > 0 && this.#chance(0.5) ? this.#pick(superclasses).name : undefined;
    const name = this.#freshName();
    if (superclass === name) return this.#var();
    const initArity = this.#chance(0.5) ? this.#below(3) : -1;
    this.#declare(name, "class", Math.max(initArity, 0));
    const outer = this.#inMethod;
    this.#inMethod = superclass === undefined ? "method" : "subclass";
    const methods: string[] = [];
    if (initArity >= 0) methods.push(`init${this.#callable(depth, initArity, "init")}`);
    for (let count = this.#below(3); count > 0; count--) {
      methods.push(`${this.#pick(METHODS)}${this.#callable(depth, this.#below(3), "function")}`);
    }
    this.#inMethod = outer;
    return `class ${name}${superclass === undefined ? "" : ` < ${superclass}`} {\n${methods.join("\n")}\n}`;
  }

  // Expressions.

  #expression(wanted: Kind, depth: number): string {
    const kind = this.#chance(this.#wrongness) ? this.#pick(KINDS) : wanted;
    const variables = this.#variables(kind);
    if (++this.#size > 600 || depth <= 0)
      return variables.length > 0 ? this.#pick(variables).name : this.#literal(kind);
    if (variables.length > 0 && this.#chance(0.3)) return this.#pick(variables).name;
    if (this.#chance(0.08)) return this.#call(depth);
    if (this.#chance(0.08)) return this.#property(depth);
    if (this.#chance(0.06)) return this.#assignment(kind, depth);
    if (this.#chance(0.06)) return `(${this.#expression(kind, depth - 1)})`;
    if (this.#chance(0.06)) return this.#logical(kind, depth);
    return this.#ofKind(kind, depth);
  }

  #ofKind(kind: Kind, depth: number): string {
    const next = depth - 1;
    switch (kind) {
      case "number": {
        if (this.#chance(0.15)) return `-${this.#expression("number", next)}`;
        if (this.#chance(0.3)) return this.#literal(kind);
        const operator = this.#pick(["+", "-", "*", "/"]);
        return this.#operation("number", operator, next);
      }
      case "string":
        return this.#chance(0.5) ? this.#literal(kind) : this.#operation("string", "+", next);
      case "boolean": {
        if (this.#chance(0.2)) return `!${this.#expression(this.#pick(KINDS), next)}`;
        if (this.#chance(0.5)) return this.#operation("number", this.#pick(["<", "<=", ">", ">="]), next);
        return this.#operation(this.#pick(KINDS), this.#pick(["==", "!="]), next);
      }
      case "instance":
        return this.#instance(depth);
      default:
        return this.#literal(kind);
    }
  }

  #operation(kind: Kind, operator: string, depth: number): string {
    const left = this.#expression(kind, depth);
    return `${left}${this.#gap}${operator}${this.#gap}${this.#expression(kind, depth)}`;
  }

  #logical(kind: Kind, depth: number): string {
    const left = this.#expression(kind, depth - 1);
    return `(${left} ${this.#pick(["and", "or"])} ${this.#expression(kind, depth - 1)})`;
  }

  #literal(kind: Kind): string {
    switch (kind) {
      case "number":
        return this.#pick(["0", "1", "2", "3.5", "100", "0.1", "12345678", "0/0", "-0"]);
      case "string":
        return this.#pick(['""', '"s"', '"two\nlines"', '"\\u2028"', '"\u2028"', '"${x}`"', '"ü"']);
      case "boolean":
        return this.#pick(["true", "false"]);
      case "function":
        return this.#pick(["twice", "fail", "show"]);
      default:
        return "nil";
    }
  }

  #arguments(arity: number, depth: number): string {
    const count = this.#chance(this.#wrongness) ? this.#below(4) : arity;
    return Array.from({ length: count }, () => this.#expression(this.#pick(KINDS), depth - 1)).join(`,${this.#gap}`);
  }

  #call(depth: number): string {
    const functions = this.#variables("function");
    if (this.#chance(0.1)) return `twice(${this.#expression("function", 0)})`;
    if (this.#chance(0.1)) return `show(${this.#expression(this.#pick(KINDS), depth - 1)})`;
    if (this.#chance(this.#wrongness / 4)) return `fail(${this.#expression(this.#pick(KINDS), depth - 1)})`;
    if (functions.length === 0) return this.#instance(depth);
    const { name, arity } = this.#pick(functions);
    return `${name}(${this.#arguments(arity, depth)}${this.#gap.trimStart()})`;
  }

  #instance(depth: number): string {
    if (this.#inMethod !== "none" && this.#chance(0.4)) return "this";
    const classes = this.#variables("class");
    if (classes.length === 0) return "nil";
    const { name, arity } = this.#pick(classes);
    return `${name}(${this.#arguments(arity, depth)})`;
  }

  #property(depth: number): string {
    if (this.#inMethod === "subclass" && this.#chance(0.25)) {
      const method = this.#pick(METHODS);
      return this.#chance(0.5) ? `super.${method}` : `super.${method}(${this.#arguments(1, depth)})`;
    }
    const object = this.#expression("instance", depth - 1);
    const receiver = /^[\w.]+$/.test(object) ? object : `(${object})`;
    const choice = this.#random();
    if (choice < 0.3)
      return `(${receiver}.${this.#pick(PROPERTIES)} =${this.#gap}${this.#expression(this.#pick(KINDS), depth - 1)})`;
    if (choice < 0.6) return `${receiver}${this.#gap.trim()}.${this.#pick(PROPERTIES)}`;
    if (choice < 0.7) return `${receiver}.${this.#pick(METHODS)}`;
    return `${receiver}.${this.#pick([...METHODS, "init", "f"])}(${this.#arguments(1, depth)})`;
  }

  #assignment(kind: Kind, depth: number): string {
    const variables = this.#variables(kind);
    const value = this.#expression(kind, depth - 1);
    if (variables.length === 0) return value;
    const name = this.#chance(this.#wrongness / 4) ? "neverDefined" : this.#pick(variables).name;
    return `(${name} = ${value})`;
  }
}
