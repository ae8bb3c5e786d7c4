/** What each mode does with a source. A mode is a function here and a row of `MODES` in arguments.ts. */
import { DIALECTS } from "../dialect.ts";
import { programJson } from "../syntax/ast-json.ts";
import { compile, compileExpression } from "../program.ts";
import { sourceMap } from "../fast/source-map.ts";
import { parseExpression } from "../syntax/parser.ts";
import { printExpression } from "../syntax/printer.ts";
import { Scanner, UNEXPECTED_CHARACTER } from "../syntax/scanner.ts";
import { type CompileErrorEntry, LoxCompileError } from "../syntax/compile-error.ts";
import type { Token } from "../syntax/token.ts";
import { javaDoubleText } from "../values/number-text.ts";
import type { LoxArguments, Mode } from "./arguments.ts";
import { interpreter } from "./interpreter.ts";
import type { TextSink } from "./output.ts";
import type { SourceFile } from "./source-file.ts";
import { RunStatistics } from "./statistics.ts";

export interface ModeContext {
  readonly args: LoxArguments;
  readonly source: SourceFile;
  readonly output: TextSink;
  /** Standard error; whatever was printed before has been written when text arrives there. */
  readonly errors: TextSink;
}

/** Each throws the language's own errors. */
export const MODE_ACTIONS: Readonly<Record<Mode, (context: ModeContext) => void>> = {
  run({ args, source, output, errors }) {
    const statistics = args.stats ? new RunStatistics() : undefined;
    const program = compile(source.text, { dialect: args.dialect, file: source.name });
    statistics?.compiled();
    const lox = interpreter(args, (text) => output.write(`${text}\n`));
    try {
      lox.run(program);
    } finally {
      if (statistics !== undefined) {
        output.flush();
        errors.write(statistics.text(source.text));
      }
    }
  },

  tokenize({ source, output }) {
    const scanner = new Scanner(source.text);
    const errors: CompileErrorEntry[] = [];
    let token: Token;
    do {
      token = scanner.next();
      if (token.type === "ERROR") {
        if (!isSecondHalf(source.text, token.start)) errors.push(lexicalError(token, source.text));
      } else output.write(`${token.type} ${token.lexeme} ${literalText(token)}\n`);
    } while (token.type !== "EOF");
    if (errors.length > 0) throw new LoxCompileError(errors);
  },

  parse({ args, source, output }) {
    const { expression, errors } = parseExpression(source.text, DIALECTS[args.dialect]);
    if (expression === undefined || errors.length > 0) throw new LoxCompileError(errors);
    output.write(`${printExpression(expression)}\n`);
  },

  evaluate({ args, source, output }) {
    const lox = interpreter(args, (text) => output.write(`${text}\n`));
    const program = compileExpression(source.text, { dialect: args.dialect, file: source.name });
    output.write(`${lox.text(lox.run(program))}\n`);
  },

  ast({ args, source, output }) {
    const { body } = compile(source.text, { dialect: args.dialect, file: source.name });
    output.write(`${JSON.stringify(programJson(body), null, 2)}\n`);
  },

  js({ args, source, output }) {
    const generated = compile(source.text, { dialect: args.dialect, file: source.name }).javascript();
    // A module, so that editors and debuggers can read it; the engine makes the same text the body of a function.
    const before = "export default function (runtime, globals) {\n";
    const map = JSON.stringify(sourceMap(generated, source.text, source.name, 1));
    const url = `data:application/json;base64,${Buffer.from(map).toString("base64")}`;
    output.write(`${before}${generated.text}\n}\n//# sourceMappingURL=${url}\n`);
  },
};

/** The third word of a token's line: Java's text of the literal. */
function literalText({ literal }: Token): string {
  return typeof literal === "number" ? javaDoubleText(literal) : (literal ?? "null");
}

/** As the compiler tells it, but with the character, as the course wants it here. */
function lexicalError(token: Token, source: string): CompileErrorEntry {
  const { line, start, lexeme } = token;
  const column = start - source.lastIndexOf("\n", start - 1);
  const character = String.fromCodePoint(source.codePointAt(start)!);
  const isUnexpected = token.literal === UNEXPECTED_CHARACTER;
  const message = isUnexpected ? `Unexpected character: ${character}` : (token.literal as string);
  return { line, column, start, end: start + (isUnexpected ? character : lexeme).length, where: "", message };
}

/** A character beyond U+FFFF is two units, of which the scanner complains one by one. */
function isSecondHalf(source: string, at: number): boolean {
  return at > 0 && source.codePointAt(at - 1)! > 0xffff;
}
