import { describe } from "vitest";
import { prints, stage, type StageCase } from "./support/course.ts";

/** Tokens on standard output, errors on standard error. */
function lexicalErrors(source: string, errors: readonly string[], ...tokens: readonly string[]): StageCase {
  return { ...prints(source, ...tokens), stderr: errors.map((line) => `${line}\n`).join(""), code: 65 };
}

const END = "EOF  null";

describe("the course's scanning stages", () => {
  stage("1 empty file", "tokenize", [prints("", END)]);

  stage("2 parentheses", "tokenize", [
    prints(")(", "RIGHT_PAREN ) null", "LEFT_PAREN ( null", END),
    prints("(()", "LEFT_PAREN ( null", "LEFT_PAREN ( null", "RIGHT_PAREN ) null", END),
  ]);

  stage("3 braces", "tokenize", [prints("}{(", "RIGHT_BRACE } null", "LEFT_BRACE { null", "LEFT_PAREN ( null", END)]);

  stage("4 other single-character tokens", "tokenize", [
    prints(
      "-+;,.*",
      "MINUS - null",
      "PLUS + null",
      "SEMICOLON ; null",
      "COMMA , null",
      "DOT . null",
      "STAR * null",
      END,
    ),
  ]);

  stage("5 lexical errors", "tokenize", [
    lexicalErrors(
      "+@-$%",
      [
        "[line 1] Error: Unexpected character: @",
        "[line 1] Error: Unexpected character: $",
        "[line 1] Error: Unexpected character: %",
      ],
      "PLUS + null",
      "MINUS - null",
      END,
    ),
  ]);

  stage("6 assignment and equality", "tokenize", [
    prints("=====", "EQUAL_EQUAL == null", "EQUAL_EQUAL == null", "EQUAL = null", END),
  ]);

  stage("7 negation and inequality", "tokenize", [
    prints("!!==!", "BANG ! null", "BANG_EQUAL != null", "EQUAL = null", "BANG ! null", END),
  ]);

  stage("8 relational operators", "tokenize", [
    prints(">=><=<", "GREATER_EQUAL >= null", "GREATER > null", "LESS_EQUAL <= null", "LESS < null", END),
  ]);

  stage("9 division and comments", "tokenize", [
    prints("/ // a slash, then this", "SLASH / null", END),
    prints("// ///-+{}", END),
  ]);

  stage("10 white space", "tokenize", [prints(" \t(\r\n\t)\n\n", "LEFT_PAREN ( null", "RIGHT_PAREN ) null", END)]);

  stage("11 errors on several lines", "tokenize", [
    lexicalErrors(
      "{ #\n// % is fine here\n\t&\n}",
      ["[line 1] Error: Unexpected character: #", "[line 3] Error: Unexpected character: &"],
      "LEFT_BRACE { null",
      "RIGHT_BRACE } null",
      END,
    ),
  ]);

  stage("12 strings", "tokenize", [
    prints('"two words"""', 'STRING "two words" two words', 'STRING "" ', END),
    prints('"over\nlines"', 'STRING "over\nlines" over\nlines', END),
    lexicalErrors('+ "open', ["[line 1] Error: Unterminated string."], "PLUS + null", END),
    lexicalErrors('"open\nfor ever', ["[line 2] Error: Unterminated string."], END),
  ]);

  stage("13 numbers", "tokenize", [
    prints("7", "NUMBER 7 7.0", END),
    prints("98.7600", "NUMBER 98.7600 98.76", END),
    prints("200.00", "NUMBER 200.00 200.0", END),
    prints("4.", "NUMBER 4 4.0", "DOT . null", END),
    prints(".5", "DOT . null", "NUMBER 5 5.0", END),
    prints("-12345678", "MINUS - null", "NUMBER 12345678 1.2345678E7", END),
  ]);

  stage("14 identifiers", "tokenize", [
    prints("_ abc_9 Ifs", "IDENTIFIER _ null", "IDENTIFIER abc_9 null", "IDENTIFIER Ifs null", END),
    prints("6six", "NUMBER 6 6.0", "IDENTIFIER six null", END),
  ]);

  const WORDS = "and class else false for fun if nil or print return super this true var while".split(" ");
  stage("15 reserved words", "tokenize", [
    prints(WORDS.join(" "), ...WORDS.map((word) => `${word.toUpperCase()} ${word} null`), END),
    prints("orchid AND", "IDENTIFIER orchid null", "IDENTIFIER AND null", END),
  ]);
});
