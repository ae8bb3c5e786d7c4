/**
 * Lua 5.1's grammar (lparser.c) by recursive descent, names resolved on the way: every name is a local of the function, of an outer
 * one, or a global. Messages and the line they name are the original's.
 */
import type { BinaryOperator, Binding, Expr, Expression, FunctionNode, Statement, TableItem } from "./ast.ts";
import { Lexer, type TokenType } from "./lexer.ts";

/** Nested blocks and expressions, as the original's C stack allows them. */
const MAX_LEVELS = 196;
const MAX_LOCALS = 200;
const MAX_UPVALUES = 60;

/** [left, right] binding powers; right below left: right-associative. */
const PRIORITY: Readonly<Record<string, readonly [number, number]>> = {
  "+": [6, 6],
  "-": [6, 6],
  "*": [7, 7],
  "/": [7, 7],
  "%": [7, 7],
  "^": [10, 9],
  "..": [5, 4],
  "==": [3, 3],
  "~=": [3, 3],
  "<": [3, 3],
  "<=": [3, 3],
  ">": [3, 3],
  ">=": [3, 3],
  and: [2, 2],
  or: [1, 1],
};
const UNARY_PRIORITY = 8;

const BLOCK_END: ReadonlySet<TokenType> = new Set(["else", "elseif", "end", "until", "<eof>"]);

interface Scope {
  readonly names: Binding[];
  readonly isLoop: boolean;
}

/** A chunk: a function with `...`, and every local variable in it. */
export interface ParsedChunk {
  readonly main: FunctionNode;
  readonly bindings: readonly Binding[];
}

/** Throws LuaSyntaxError. `source` has one character a byte. */
export function parse(source: string, chunkName: string): ParsedChunk {
  const parser = new Parser(new Lexer(source, chunkName));
  return { main: parser.chunk(), bindings: parser.bindings };
}

class Parser {
  readonly #lexer: Lexer;
  #function!: FunctionNode;
  /** Scopes of each function that is open, innermost last. */
  #scopes: Scope[] = [];
  readonly #outer: { node: FunctionNode; scopes: Scope[] }[] = [];
  readonly bindings: Binding[] = [];
  #levels = 0;

  constructor(lexer: Lexer) {
    this.#lexer = lexer;
  }

  chunk(): FunctionNode {
    const node = this.#openFunction(0);
    node.isVararg = true;
    node.body = this.#block();
    this.#check("<eof>");
    return node;
  }

  // Tokens

  #expected(type: TokenType): never {
    return this.#lexer.fail(`'${type}' expected`, this.#lexer.type);
  }

  #check(type: TokenType): void {
    if (this.#lexer.type !== type) this.#expected(type);
  }

  #expect(type: TokenType): void {
    this.#check(type);
    this.#lexer.next();
  }

  #accept(type: TokenType): boolean {
    if (this.#lexer.type !== type) return false;
    this.#lexer.next();
    return true;
  }

  /** The closing half of a pair that was opened on `line`. */
  #close(what: TokenType, opening: TokenType, line: number): void {
    if (this.#accept(what)) return;
    if (line === this.#lexer.line) this.#expected(what);
    this.#lexer.fail(`'${what}' expected (to close '${opening}' at line ${line})`, this.#lexer.type);
  }

  #name(): string {
    this.#check("<name>");
    const { text } = this.#lexer;
    this.#lexer.next();
    return text;
  }

  #enter(): void {
    if (++this.#levels > MAX_LEVELS) this.#lexer.fail("chunk has too many syntax levels");
  }

  // Names

  #openFunction(line: number): FunctionNode {
    const node: FunctionNode = {
      parameters: [],
      isVararg: false,
      argTable: undefined,
      usesVarargs: false,
      body: [],
      parent: this.#function,
      line,
      upvalues: new Set(),
      locals: 0,
      hasCalls: false,
    };
    if (this.#function !== undefined) this.#outer.push({ node: this.#function, scopes: this.#scopes });
    this.#function = node;
    this.#scopes = [{ names: [], isLoop: false }];
    return node;
  }

  #closeFunction(): void {
    const { node, scopes } = this.#outer.pop()!;
    this.#function = node;
    this.#scopes = scopes;
  }

  /** A new local, not yet visible; #activate makes it so. */
  #declare(name: string, values: Binding["values"] = []): Binding {
    if (++this.#function.locals > MAX_LOCALS) this.#tooMany(this.#function, MAX_LOCALS, "local variables");
    const id = this.bindings.length;
    const binding: Binding = {
      name,
      id,
      owner: this.#function,
      captured: false,
      assigned: false,
      values,
      isNumber: false,
    };
    this.bindings.push(binding);
    return binding;
  }

  #tooMany(node: FunctionNode, limit: number, what: string): never {
    const where = node.line === 0 ? "main function" : `function at line ${node.line}`;
    return this.#lexer.fail(`${where} has more than ${limit} ${what}`);
  }

  #activate(...bindings: Binding[]): void {
    this.#scopes.at(-1)!.names.push(...bindings);
  }

  #scoped<T>(isLoop: boolean, work: () => T): T {
    const scope: Scope = { names: [], isLoop };
    this.#scopes.push(scope);
    const result = work();
    this.#scopes.pop();
    this.#function.locals -= scope.names.length;
    return result;
  }

  #resolve(name: string): Expression {
    const own = find(this.#scopes, name);
    if (own !== undefined) return { kind: "local", binding: own, upvalue: false };
    for (let depth = this.#outer.length - 1; depth >= 0; depth--) {
      const binding = find(this.#outer[depth]!.scopes, name);
      if (binding === undefined) continue;
      binding.captured = true;
      for (const { node } of this.#outer.slice(depth + 1)) this.#addUpvalue(node, binding);
      this.#addUpvalue(this.#function, binding);
      return { kind: "local", binding, upvalue: true };
    }
    return { kind: "global", name, line: this.#lexer.lastLine };
  }

  #addUpvalue(node: FunctionNode, binding: Binding): void {
    node.upvalues.add(binding);
    if (node.upvalues.size > MAX_UPVALUES) this.#tooMany(node, MAX_UPVALUES, "upvalues");
  }

  // Statements

  #block(): Statement[] {
    const body: Statement[] = [];
    this.#enter();
    for (let last = false; !last && !BLOCK_END.has(this.#lexer.type);) {
      const statement = this.#statement();
      last = statement.kind === "return" || statement.kind === "break";
      body.push(statement);
      this.#accept(";");
    }
    this.#levels--;
    return body;
  }

  #scopedBlock(isLoop = false): Statement[] {
    return this.#scoped(isLoop, () => this.#block());
  }

  #statement(): Statement {
    const lexer = this.#lexer;
    const { line, type } = lexer;
    switch (type) {
      case "if":
        return this.#if(line);
      case "while": {
        lexer.next();
        const condition = this.#expression();
        this.#expect("do");
        const body = this.#scopedBlock(true);
        this.#close("end", "while", line);
        return { kind: "while", condition, body, line };
      }
      case "do": {
        lexer.next();
        const body = this.#scopedBlock();
        this.#close("end", "do", line);
        return { kind: "do", body };
      }
      case "for":
        return this.#for(line);
      case "repeat":
        lexer.next();
        return this.#scoped(true, () => {
          const body = this.#block();
          this.#close("until", "repeat", line);
          return { kind: "repeat", body, condition: this.#expression(), line };
        });
      case "function":
        return this.#functionStatement(line);
      case "local":
        lexer.next();
        return this.#accept("function") ? this.#localFunction() : this.#local();
      case "return":
        return this.#return();
      case "break": {
        lexer.next();
        if (!this.#scopes.some((scope) => scope.isLoop)) lexer.fail("no loop to break", lexer.type);
        return { kind: "break" };
      }
      default:
        return this.#expressionStatement();
    }
  }

  #if(line: number): Statement {
    const clauses: { condition: Expression; body: Statement[] }[] = [];
    let otherwise: Statement[] | undefined;
    do {
      this.#lexer.next();
      const condition = this.#expression();
      this.#expect("then");
      clauses.push({ condition, body: this.#scopedBlock() });
    } while (this.#lexer.type === "elseif");
    if (this.#accept("else")) otherwise = this.#scopedBlock();
    this.#close("end", "if", line);
    return { kind: "if", clauses, otherwise };
  }

  #for(line: number): Statement {
    this.#lexer.next();
    const name = this.#name();
    switch (this.#lexer.type) {
      case "=":
        return this.#numericFor(name, line);
      case ",":
      case "in":
        return this.#genericFor(name, line);
      default:
        return this.#lexer.fail("'=' or 'in' expected", this.#lexer.type);
    }
  }

  #numericFor(name: string, line: number): Statement {
    this.#lexer.next();
    const from = this.#expression();
    this.#expect(",");
    const to = this.#expression();
    const step = this.#accept(",") ? this.#expression() : undefined;
    const binding = this.#declare(name, ["number"]);
    const place = this.#lexer.line;
    return { kind: "numeric-for", binding, from, to, step, body: this.#forBody([binding], line), line: place };
  }

  #genericFor(firstName: string, line: number): Statement {
    const names = [firstName];
    while (this.#accept(",")) names.push(this.#name());
    this.#expect("in");
    const place = this.#lexer.line;
    const values = this.#expressions();
    const bindings = names.map((name) => this.#declare(name, ["any"]));
    return { kind: "generic-for", bindings, values, body: this.#forBody(bindings, line), line: place };
  }

  #forBody(bindings: Binding[], line: number): Statement[] {
    this.#expect("do");
    const body = this.#scoped(true, () => {
      this.#activate(...bindings);
      return this.#block();
    });
    this.#close("end", "for", line);
    return body;
  }

  #functionStatement(line: number): Statement {
    this.#lexer.next();
    let target = this.#resolve(this.#name());
    let isMethod = false;
    while (this.#lexer.type === "." || this.#lexer.type === ":") {
      isMethod = this.#lexer.type === ":";
      this.#lexer.next();
      const key: Expression = { kind: "string", value: this.#name() };
      target = { kind: "index", object: target, key, line: this.#lexer.lastLine };
      if (isMethod) break;
    }
    const value = this.#functionBody(isMethod, line);
    noteAssignment(target, value);
    return { kind: "assign", targets: [target], values: [value], line };
  }

  #localFunction(): Statement {
    const binding = this.#declare(this.#name());
    this.#activate(binding);
    const value = this.#functionBody(false, this.#lexer.line);
    binding.values.push(value);
    return { kind: "local-function", binding, function: value };
  }

  #local(): Statement {
    const bindings: Binding[] = [];
    do bindings.push(this.#declare(this.#name()));
    while (this.#accept(","));
    const values = this.#accept("=") ? this.#expressions() : [];
    this.#activate(...bindings);
    bindings.forEach((binding, at) => binding.values.push(assignedValue(values, at)));
    return { kind: "local", bindings, values };
  }

  #return(): Statement {
    this.#lexer.next();
    const values = BLOCK_END.has(this.#lexer.type) || this.#lexer.type === ";" ? [] : this.#expressions();
    return { kind: "return", values, line: this.#lexer.lastLine };
  }

  #expressionStatement(): Statement {
    const expression = this.#primary();
    if (expression.kind === "call" || expression.kind === "method") return { kind: "expression", call: expression };
    const targets = [this.#assignable(expression)];
    while (this.#accept(",")) {
      targets.push(this.#assignable(this.#primary()));
      if (targets.length > MAX_LEVELS) this.#lexer.fail("variables in assignment has more than 200 C levels");
    }
    this.#expect("=");
    const values = this.#expressions();
    targets.forEach((target, at) => noteAssignment(target, assignedValue(values, at)));
    return { kind: "assign", targets, values, line: this.#lexer.lastLine };
  }

  #assignable(node: Expression): Expression {
    if (node.kind === "local" || node.kind === "global" || node.kind === "index") return node;
    return this.#lexer.fail("syntax error", this.#lexer.type);
  }

  // Expressions

  #expressions(): Expression[] {
    const found = [this.#expression()];
    while (this.#accept(",")) found.push(this.#expression());
    return found;
  }

  #expression(limit = 0): Expression {
    this.#enter();
    const lexer = this.#lexer;
    let left: Expression;
    const { type } = lexer;
    if (type === "not" || type === "-" || type === "#") {
      lexer.next();
      const operand = this.#expression(UNARY_PRIORITY);
      left =
        type === "-" && operand.kind === "number"
          ? { kind: "number", value: -operand.value }
          : { kind: "unary", operator: type, operand, line: lexer.lastLine };
    } else left = this.#simple();
    for (;;) {
      const operator = lexer.type;
      const priority = PRIORITY[operator];
      if (priority === undefined || priority[0] <= limit) break;
      lexer.next();
      const right = this.#expression(priority[1]);
      left = { kind: "binary", operator: operator as BinaryOperator, left, right, line: lexer.lastLine };
    }
    this.#levels--;
    return left;
  }

  #simple(): Expression {
    const lexer = this.#lexer;
    const { type } = lexer;
    switch (type) {
      case "<number>": {
        const node: Expression = { kind: "number", value: lexer.number };
        lexer.next();
        return node;
      }
      case "<string>": {
        const node: Expression = { kind: "string", value: lexer.text };
        lexer.next();
        return node;
      }
      case "nil":
      case "true":
      case "false":
        lexer.next();
        return { kind: type };
      case "...":
        if (!this.#function.isVararg) lexer.fail("cannot use '...' outside a vararg function", "...");
        this.#function.usesVarargs = true;
        lexer.next();
        return { kind: "vararg" };
      case "{":
        return this.#table();
      case "function": {
        const { line } = lexer;
        lexer.next();
        return this.#functionBody(false, line);
      }
      default:
        return this.#primary();
    }
  }

  #primary(): Expression {
    const lexer = this.#lexer;
    let node = this.#prefix();
    for (;;) {
      const { line } = lexer;
      switch (lexer.type) {
        case ".": {
          lexer.next();
          const key: Expression = { kind: "string", value: this.#name() };
          node = { kind: "index", object: node, key, line: lexer.lastLine };
          break;
        }
        case "[": {
          lexer.next();
          const key = this.#expression();
          this.#expect("]");
          node = { kind: "index", object: node, key, line: lexer.lastLine };
          break;
        }
        case ":": {
          lexer.next();
          const name = this.#name();
          const place = lexer.line;
          node = { kind: "method", object: node, name, arguments: this.#arguments(), line: place };
          break;
        }
        case "(":
        case "<string>":
        case "{":
          node = { kind: "call", callee: node, arguments: this.#arguments(), line };
          break;
        default:
          return node;
      }
    }
  }

  #prefix(): Expression {
    const lexer = this.#lexer;
    if (lexer.type === "<name>") return this.#resolve(this.#name());
    if (lexer.type !== "(") return lexer.fail("unexpected symbol", lexer.type);
    const { line } = lexer;
    lexer.next();
    const inner = this.#expression();
    this.#close(")", "(", line);
    return { kind: "paren", inner };
  }

  #arguments(): Expression[] {
    const lexer = this.#lexer;
    const { line } = lexer;
    this.#function.hasCalls = true;
    if (lexer.type === "<string>") {
      const node: Expression = { kind: "string", value: lexer.text };
      lexer.next();
      return [node];
    }
    if (lexer.type === "{") return [this.#table()];
    if (lexer.type !== "(") lexer.fail("function arguments expected", lexer.type);
    if (line !== lexer.lastLine) lexer.fail("ambiguous syntax (function call x new statement)", lexer.type);
    lexer.next();
    if (this.#accept(")")) return [];
    const found = this.#expressions();
    this.#close(")", "(", line);
    return found;
  }

  #table(): Expression {
    const lexer = this.#lexer;
    const { line } = lexer;
    const items: TableItem[] = [];
    this.#expect("{");
    while (lexer.type !== "}") {
      if (lexer.type === "[") {
        lexer.next();
        const key = this.#expression();
        this.#expect("]");
        this.#expect("=");
        items.push({ kind: "keyed", key, value: this.#expression(), line: lexer.lastLine });
      } else if (lexer.type === "<name>" && lexer.peek() === "=") {
        const key: Expression = { kind: "string", value: this.#name() };
        lexer.next();
        items.push({ kind: "keyed", key, value: this.#expression(), line: lexer.lastLine });
      } else items.push({ kind: "positional", value: this.#expression() });
      if (!this.#accept(",") && !this.#accept(";")) break;
    }
    this.#close("}", "{", line);
    return { kind: "table", items, line: lexer.lastLine };
  }

  #functionBody(isMethod: boolean, line: number): Expr<"function"> {
    const node = this.#openFunction(line);
    const parameter = (name: string): void => {
      const binding = this.#declare(name, ["any"]);
      node.parameters.push(binding);
    };
    this.#expect("(");
    if (isMethod) parameter("self");
    if (this.#lexer.type !== ")") {
      do {
        if (this.#lexer.type === "<name>") parameter(this.#name());
        else if (this.#accept("...")) {
          node.isVararg = true;
          node.argTable = this.#declare("arg", ["any"]);
        } else this.#lexer.fail("<name> or '...' expected", this.#lexer.type);
      } while (!node.isVararg && this.#accept(","));
    }
    this.#activate(...node.parameters);
    if (node.argTable !== undefined) this.#activate(node.argTable);
    this.#expect(")");
    node.body = this.#block();
    this.#close("end", "function", line);
    this.#closeFunction();
    return { kind: "function", node };
  }
}

function find(scopes: readonly Scope[], name: string): Binding | undefined {
  for (let at = scopes.length - 1; at >= 0; at--) {
    const binding = scopes[at]!.names.findLast((known) => known.name === name);
    if (binding !== undefined) return binding;
  }
  return undefined;
}

/** What the target at a position gets of a list of expressions. */
function assignedValue(values: readonly Expression[], at: number): Expression | null | "any" {
  const last = values.at(-1);
  const lastGivesMany =
    last !== undefined && (last.kind === "call" || last.kind === "method" || last.kind === "vararg");
  if (at >= values.length) return lastGivesMany ? "any" : null;
  return values[at]!;
}

function noteAssignment(target: Expression, value: Expression | null | "any"): void {
  if (target.kind !== "local") return;
  target.binding.assigned = true;
  target.binding.values.push(value);
}
