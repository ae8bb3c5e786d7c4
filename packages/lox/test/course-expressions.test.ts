import { describe } from "vitest";
import { compileError, prints, runtimeError, stage } from "./support/course.ts";

describe("the course's parsing stages", () => {
  stage("1 booleans and nil", "parse", [prints("true", "true"), prints("false", "false"), prints("nil", "nil")]);
  stage("2 numbers", "parse", [prints("12.50", "12.5"), prints("3", "3.0"), prints("0.0", "0.0")]);
  stage("3 strings", "parse", [prints('"quick // brown"', "quick // brown"), prints('""', "")]);
  stage("4 parentheses", "parse", [prints('("in")', "(group in)"), prints("((nil))", "(group (group nil))")]);
  stage("5 unary operators", "parse", [prints("!!false", "(! (! false))"), prints("-(-4)", "(- (group (- 4.0)))")]);
  stage("6 multiplication and division", "parse", [
    prints("2 / 3 * 4", "(* (/ 2.0 3.0) 4.0)"),
    prints("-8 * -9", "(* (- 8.0) (- 9.0))"),
  ]);
  stage("7 addition and subtraction", "parse", [
    prints("1 - 2 * 3 + 4", "(+ (- 1.0 (* 2.0 3.0)) 4.0)"),
    prints('"a" + ("b" + "c")', "(+ a (group (+ b c)))"),
    prints("(5 - (3 - 1)) + -1", "(+ (group (- 5.0 (group (- 3.0 1.0)))) (- 1.0))"),
  ]);
  stage("8 comparisons", "parse", [
    prints("1 < 2 >= 3", "(>= (< 1.0 2.0) 3.0)"),
    prints("1 + 2 > 4 <= 5", "(<= (> (+ 1.0 2.0) 4.0) 5.0)"),
  ]);
  stage("9 equality", "parse", [
    prints('1 != 2 == "x"', "(== (!= 1.0 2.0) x)"),
    prints("nil == 1 < 2", "(== nil (< 1.0 2.0))"),
  ]);
  stage("10 syntax errors", "parse", [
    compileError("(8 *)", "[line 1] Error at ')': Expect expression."),
    compileError("(1 +\n2", "[line 2] Error at end: Expect ')' after expression."),
    compileError('"no end', "[line 1] Error: Unterminated string.", "[line 1] Error at end: Expect expression."),
  ]);
});

describe("the course's evaluation stages", () => {
  stage("1 booleans and nil", "evaluate", [prints("true", "true"), prints("false", "false"), prints("nil", "nil")]);
  stage("2 strings and numbers", "evaluate", [
    prints('"a word"', "a word"),
    prints("7.250", "7.25"),
    prints("90", "90"),
  ]);
  stage("3 parentheses", "evaluate", [prints("((true))", "true"), prints('("s")', "s"), prints("(1.0)", "1")]);
  stage("4 unary operators", "evaluate", [
    prints("--6.5", "6.5"),
    prints("!nil", "true"),
    prints("!!0", "true"),
    prints('!""', "false"),
  ]);
  stage("5 multiplication and division", "evaluate", [
    prints("42 / 5", "8.4"),
    prints("(2 * (9 / (1 * 3)))", "6"),
    prints("1 / 3", "0.3333333333333333"),
  ]);
  stage("6 addition and subtraction", "evaluate", [
    prints("70 - 65 + 0.5", "5.5"),
    prints("-(2 - 9) * 3", "21"),
    prints("0.1 + 0.2", "0.30000000000000004"),
  ]);
  stage("7 strings joined", "evaluate", [prints('"mortise" + " and " + "tenon"', "mortise and tenon")]);
  stage("8 comparisons", "evaluate", [
    prints("3 > -3", "true"),
    prints("2 >= 2", "true"),
    prints("(1 + 1) < 2", "false"),
    prints("2 <= 1", "false"),
  ]);
  stage("9 equality", "evaluate", [
    prints('"1" == 1', "false"),
    prints('"ab" == "a" + "b"', "true"),
    prints("nil != false", "true"),
    prints("2 == 4 / 2", "true"),
  ]);
  stage("10 failing negation", "evaluate", [
    runtimeError('-"word"', "Operand must be a number.", 1),
    runtimeError("-\nnil", "Operand must be a number.", 1),
  ]);
  stage("11 failing multiplication and division", "evaluate", [
    runtimeError('"3" * 3', "Operands must be numbers.", 1),
    runtimeError("1\n/\ntrue", "Operands must be numbers.", 2),
  ]);
  stage("12 failing addition and subtraction", "evaluate", [
    runtimeError('1 + "1"', "Operands must be two numbers or two strings.", 1),
    runtimeError("nil + nil", "Operands must be two numbers or two strings.", 1),
    runtimeError("true - 1", "Operands must be numbers.", 1),
  ]);
  stage("13 failing comparisons", "evaluate", [
    runtimeError('"a" < "b"', "Operands must be numbers.", 1),
    runtimeError("1 >= false", "Operands must be numbers.", 1),
  ]);
});
