/**
 * A compiled program: checked, resolved, ready for every engine. The door of the compiling half of the package.
 *
 * Pure: no Node, no clock, nothing outside. Generated JavaScript is made when an engine first asks for it, and kept.
 */
import { type Dialect, type DialectName, DIALECTS } from "./dialect.ts";
import { type Counting, NO_COUNTING } from "./engine.ts";
import type { GeneratedSource } from "./fast/code.ts";
import { generate } from "./fast/generator.ts";
import type { FunctionScope } from "./resolve/binding.ts";
import { resolve } from "./resolve/resolver.ts";
import type { Statement } from "./syntax/ast.ts";
import { LoxCompileError } from "./syntax/compile-error.ts";
import { parse, parseExpression, type SyntaxTree } from "./syntax/parser.ts";
import { TOO_DEEP } from "./syntax/token-stream.ts";
import { isStackOverflow } from "./values/runtime-error.ts";

export interface CompileOptions {
  /** Default: `jlox`. */
  readonly dialect?: DialectName;
  /** Name for messages and stack traces. Default: `script`. */
  readonly file?: string;
}

export class Program {
  readonly source: string;
  readonly file: string;
  readonly dialect: Dialect;
  readonly body: readonly Statement[];
  readonly script: FunctionScope;
  /** How many levels the deepest statement or expression is nested. */
  readonly nesting: number;
  readonly #generated = new Map<string, GeneratedSource>();

  constructor(source: string, file: string, dialect: Dialect, tree: SyntaxTree, script: FunctionScope) {
    this.source = source;
    this.file = file;
    this.dialect = dialect;
    this.body = tree.body;
    this.nesting = tree.nesting;
    this.script = script;
  }

  /**
   * The program as JavaScript. `isTaken` says whether another program on the same `Lox` object keeps a global; those that
   * this program declares too are reached through the shared table.
   */
  javascript(counting: Counting = NO_COUNTING, isTaken: (name: string) => boolean = () => false): GeneratedSource {
    const shared = this.#declaredGlobals.filter(isTaken).toSorted();
    const key = `${counting.steps}${counting.depth}${counting.strings}:${shared.join(",")}`;
    let generated = this.#generated.get(key);
    if (generated === undefined) {
      generated = generate(this.body, this.script, this.dialect, counting, new Set(shared));
      this.#generated.set(key, generated);
    }
    return generated;
  }

  get #declaredGlobals(): string[] {
    return this.body.flatMap((statement) => {
      if (statement.kind === "var" || statement.kind === "class") return [statement.name.lexeme];
      return statement.kind === "function" ? [statement.function.name.lexeme] : [];
    });
  }
}

/** Compiles a program. Throws `LoxCompileError` with every error that the dialect's interpreter would tell. */
export function compile(source: string, options: CompileOptions = {}): Program {
  return withinStack(() => {
    const { dialect: name = "jlox", file = "script" } = options;
    const dialect = DIALECTS[name];
    const tree = parse(source, dialect);
    if (tree.errors.length > 0) throw new LoxCompileError(tree.errors);
    const { script, errors } = resolve(tree.body, source);
    if (errors.length > 0) throw new LoxCompileError(errors);
    return new Program(source, file, dialect, tree, script);
  });
}

/** Compiles one expression, without a semicolon, to a program whose result is its value. Throws `LoxCompileError`. */
export function compileExpression(source: string, options: CompileOptions = {}): Program {
  return withinStack(() => {
    const { dialect: name = "jlox", file = "script" } = options;
    const dialect = DIALECTS[name];
    const { expression, errors, nesting } = parseExpression(source, dialect);
    if (expression === undefined || errors.length > 0) throw new LoxCompileError(errors);
    const { start, end } = expression;
    const body: readonly Statement[] = [{ kind: "expression", expression, start, end }];
    const resolution = resolve(body, source);
    if (resolution.errors.length > 0) throw new LoxCompileError(resolution.errors);
    return new Program(source, file, dialect, { body, comments: [], errors: [], nesting }, resolution.script);
  });
}

/** A host may leave so little stack that not even the parser's own limit on nesting is reached: the error is the same. */
function withinStack<T>(compiling: () => T): T {
  try {
    return compiling();
  } catch (error) {
    if (!isStackOverflow(error)) throw error;
    const entry = { line: 1, column: 1, start: 0, end: 0, where: "", message: TOO_DEEP };
    throw new LoxCompileError([entry]);
  }
}
