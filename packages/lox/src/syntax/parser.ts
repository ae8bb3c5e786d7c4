/** Declarations and statements (Crafting Interpreters, chapters 8–13 and 21–29). The door of the room: `parse`. */
import type { Dialect } from "../dialect.ts";
import type {
  BlockStatement,
  ClassStatement,
  Expression,
  ExpressionStatement,
  ForStatement,
  FunctionNode,
  FunctionStatement,
  IfStatement,
  PrintStatement,
  ReturnStatement,
  Statement,
  VariableExpression,
  VarStatement,
  WhileStatement,
} from "./ast.ts";
import type { CompileErrorEntry } from "./compile-error.ts";
import { ExpressionParser } from "./expression-parser.ts";
import type { Comment, Token } from "./token.ts";
import { tokenEnd } from "./token.ts";

export const MAX_PARAMETERS = 255;

export interface SyntaxTree {
  readonly body: readonly Statement[];
  readonly comments: readonly Comment[];
  /** In the order in which the dialect's interpreter tells them; with any, the tree has gaps. */
  readonly errors: readonly CompileErrorEntry[];
  /** How many levels the deepest statement or expression is nested. */
  readonly nesting: number;
}

/** Parses a program. Never throws: errors are part of the result. */
export function parse(source: string, dialect: Dialect): SyntaxTree {
  const parser = new Parser(source, dialect);
  const body = parser.program();
  return { body, comments: parser.comments, errors: parser.errors, nesting: parser.deepest };
}

/** Parses one expression and nothing else. */
export function parseExpression(
  source: string,
  dialect: Dialect,
): Pick<SyntaxTree, "errors" | "nesting"> & { readonly expression: Expression | undefined } {
  const parser = new Parser(source, dialect);
  const expression = parser.onlyExpression();
  return { expression, errors: parser.errors, nesting: parser.deepest };
}

class Parser extends ExpressionParser {
  program(): Statement[] {
    const body: Statement[] = [];
    while (!this.check("EOF")) this.#declarationInto(body);
    return body;
  }

  onlyExpression(): Expression | undefined {
    return this.guarded(() => {
      const expression = this.expression();
      this.consume("EOF", "Expect end of expression.");
      return expression;
    });
  }

  #declarationInto(body: Statement[]): void {
    const statement = this.guarded(this.#nestedDeclaration);
    if (statement !== undefined) body.push(statement);
  }

  readonly #nestedDeclaration = (): Statement | undefined => {
    if (!this.enter()) return undefined;
    const statement = this.#declaration();
    this.leave();
    return statement;
  };

  #declaration(): Statement {
    if (this.match("CLASS")) return this.#class(this.previous);
    if (this.match("FUN")) return this.#function(this.previous);
    if (this.match("VAR")) return this.#var(this.previous);
    return this.#statement();
  }

  #statement(): Statement {
    if (this.match("PRINT")) return this.#print(this.previous);
    if (this.match("FOR")) return this.#for(this.previous);
    if (this.match("IF")) return this.#if(this.previous);
    if (this.match("RETURN")) return this.#return(this.previous);
    if (this.match("WHILE")) return this.#while(this.previous);
    if (this.match("LEFT_BRACE")) return this.#block(this.previous);
    return this.#expressionStatement();
  }

  /** A statement inside another one. */
  #inner(): Statement {
    const { start } = this.current;
    if (!this.enter()) return { kind: "block", body: [], start, end: start };
    const statement = this.#statement();
    this.leave();
    return statement;
  }

  /** The offset behind the token that was consumed last. */
  get #end(): number {
    return tokenEnd(this.previous);
  }

  #class({ start }: Token): ClassStatement {
    const name = this.consume("IDENTIFIER", "Expect class name.");
    this.code?.beginClass(name.lexeme);
    const superclass = this.match("LESS") ? this.#superclass(name) : null;
    this.code?.beginMethods(name.lexeme);
    this.consume("LEFT_BRACE", "Expect '{' before class body.");
    const methods: FunctionNode[] = [];
    while (!this.check("RIGHT_BRACE") && !this.check("EOF")) methods.push(this.#method());
    this.consume("RIGHT_BRACE", "Expect '}' after class body.");
    this.code?.endClass();
    const end = this.#end;
    return { kind: "class", name, superclass, methods, binding: undefined, superBinding: undefined, start, end };
  }

  #superclass(className: Token): VariableExpression {
    const name = this.consume("IDENTIFIER", "Expect superclass name.");
    this.code?.inherit(className.lexeme, name.lexeme);
    return this.variableNode(name);
  }

  #method(): FunctionNode {
    const name = this.consume("IDENTIFIER", "Expect method name.");
    this.code?.name();
    const method = this.#callable(name, name.lexeme === "init" ? "initializer" : "method", name.start);
    this.code?.emit(2);
    return method;
  }

  #function({ start }: Token): FunctionStatement {
    const name = this.consume("IDENTIFIER", "Expect function name.");
    this.code?.declare(name.lexeme);
    this.code?.markInitialized();
    const node = this.#callable(name, "function", start);
    this.code?.define();
    return { kind: "function", function: node, binding: undefined, start, end: node.end };
  }

  #callable(name: Token, role: FunctionNode["role"], start: number): FunctionNode {
    const noun = role === "function" ? "function" : this.dialect.methodNoun;
    this.code?.beginFunction(role);
    this.consume("LEFT_PAREN", `Expect '(' after ${noun} name.`);
    const parameters = this.#parameters();
    this.consume("LEFT_BRACE", `Expect '{' before ${noun} body.`);
    const body = this.#braced();
    this.code?.emptyReturn();
    this.code?.endFunction();
    const { start: at, line } = name;
    return { name, parameters, body, role, scope: undefined, at, line, start, end: this.#end };
  }

  /** Up to and with the closing parenthesis. */
  #parameters(): Token[] {
    const parameters: Token[] = [];
    if (!this.check("RIGHT_PAREN")) {
      do {
        if (parameters.length >= MAX_PARAMETERS) {
          this.errorAt(this.current, `Can't have more than ${MAX_PARAMETERS} parameters.`);
        }
        const name = this.consume("IDENTIFIER", "Expect parameter name.");
        this.code?.declare(name.lexeme);
        this.code?.define();
        parameters.push(name);
      } while (this.match("COMMA"));
    }
    this.consume("RIGHT_PAREN", "Expect ')' after parameters.");
    return parameters;
  }

  #var({ start }: Token): VarStatement {
    const name = this.consume("IDENTIFIER", "Expect variable name.");
    this.code?.declare(name.lexeme);
    const initializer = this.match("EQUAL") ? this.expression() : null;
    if (initializer === null) this.code?.emit(1);
    this.consume("SEMICOLON", "Expect ';' after variable declaration.");
    this.code?.define();
    return { kind: "var", name, initializer, binding: undefined, start, end: this.#end };
  }

  #block({ start }: Token): BlockStatement {
    this.code?.beginScope();
    const body = this.#braced();
    this.code?.endScope();
    return { kind: "block", body, start, end: this.#end };
  }

  /** Declarations up to and with the closing brace. */
  #braced(): Statement[] {
    const body: Statement[] = [];
    while (!this.check("RIGHT_BRACE") && !this.check("EOF")) this.#declarationInto(body);
    this.consume("RIGHT_BRACE", "Expect '}' after block.");
    return body;
  }

  #print({ start, line }: Token): PrintStatement {
    const expression = this.expression();
    this.consume("SEMICOLON", "Expect ';' after value.");
    this.code?.emit(1);
    return { kind: "print", expression, at: start, line, start, end: this.#end };
  }

  #expressionStatement(): ExpressionStatement {
    const { start } = this.current;
    const expression = this.expression();
    this.consume("SEMICOLON", "Expect ';' after expression.");
    this.code?.emit(1);
    return { kind: "expression", expression, start, end: this.#end };
  }

  #return(keyword: Token): ReturnStatement {
    const { start } = keyword;
    this.code?.beginReturn();
    if (this.unwinds ? this.check("SEMICOLON") : this.match("SEMICOLON")) {
      if (this.unwinds) this.advance();
      this.code?.emptyReturn();
      return { kind: "return", keyword, value: null, start, end: this.#end };
    }
    this.code?.beginReturnValue();
    const value = this.expression();
    this.consume("SEMICOLON", "Expect ';' after return value.");
    this.code?.emit(1);
    return { kind: "return", keyword, value, start, end: this.#end };
  }

  #if({ start }: Token): IfStatement {
    this.consume("LEFT_PAREN", "Expect '(' after 'if'.");
    const condition = this.expression();
    this.consume("RIGHT_PAREN", `Expect ')' after ${this.dialect.ifConditionNoun}.`);
    const toElse = this.code?.jump();
    this.code?.emit(1);
    const thenBranch = this.#inner();
    const toEnd = this.code?.jump();
    this.code?.patch(toElse!);
    this.code?.emit(1);
    const elseBranch = this.match("ELSE") ? this.#inner() : null;
    this.code?.patch(toEnd!);
    return { kind: "if", condition, thenBranch, elseBranch, start, end: this.#end };
  }

  #while({ start, line }: Token): WhileStatement {
    const loopStart = this.code?.here();
    this.consume("LEFT_PAREN", "Expect '(' after 'while'.");
    const condition = this.expression();
    this.consume("RIGHT_PAREN", "Expect ')' after condition.");
    const toEnd = this.code?.jump();
    this.code?.emit(1);
    const body = this.#inner();
    this.code?.loop(loopStart!);
    this.code?.patch(toEnd!);
    this.code?.emit(1);
    return { kind: "while", condition, body, at: start, line, start, end: this.#end };
  }

  #for({ start, line }: Token): ForStatement {
    this.code?.beginScope();
    this.consume("LEFT_PAREN", "Expect '(' after 'for'.");
    const initializer = this.#forInitializer();

    let loopStart = this.code?.here();
    let toEnd: number | undefined;
    let condition: Expression | null = null;
    if (!this.check("SEMICOLON")) {
      condition = this.expression();
      toEnd = this.code?.jump();
    }
    this.consume("SEMICOLON", "Expect ';' after loop condition.");
    if (toEnd !== undefined) this.code?.emit(1);

    let increment: Expression | null = null;
    if (!this.check("RIGHT_PAREN")) {
      // clox's increment stands before the body in the code, and is jumped over on the way in.
      const toBody = this.code?.jump();
      const incrementStart = this.code?.here();
      increment = this.expression();
      this.code?.emit(1);
      this.consume("RIGHT_PAREN", "Expect ')' after for clauses.");
      this.code?.loop(loopStart!);
      loopStart = incrementStart;
      this.code?.patch(toBody!);
    } else {
      this.advance();
    }

    const body = this.#inner();
    this.code?.loop(loopStart!);
    if (toEnd !== undefined) {
      this.code?.patch(toEnd);
      this.code?.emit(1);
    }
    this.code?.endScope();
    return { kind: "for", initializer, condition, increment, body, at: start, line, start, end: this.#end };
  }

  #forInitializer(): VarStatement | ExpressionStatement | null {
    if (this.match("SEMICOLON")) return null;
    if (this.match("VAR")) return this.#var(this.previous);
    return this.#expressionStatement();
  }
}
