import { describe } from "vitest";
import { compileError, prints, runtimeError, stage } from "./support/course.ts";

describe("the course's stages of statements and state", () => {
  stage("1 print", "run", [
    prints('print "Joint";', "Joint"),
    prints("print 3 * 4 - 0.5;", "11.5"),
    prints("print nil; print true;", "nil", "true"),
    compileError("print;", "[line 1] Error at ';': Expect expression."),
  ]);
  stage("2 several statements", "run", [
    prints('print "one"; print 1 + 1;\n  print\n\n"three"\n;', "one", "2", "three"),
    runtimeError('print "first";\nprint "a" - 1;\nprint "never";', "Operands must be numbers.", 2, "first"),
  ]);
  stage("3 expression statements", "run", [
    prints('(1 + 2) * 3;\n"unused" == "x";\nprint "used";', "used"),
    prints("// nothing at all"),
    compileError("1 + 2", "[line 1] Error at end: Expect ';' after expression."),
  ]);
  stage("4 declaring variables", "run", [
    prints("var width = 4; var height = width * 2; print width + height;", "12"),
    prints('var a = "x"; print a; var b = a + a; print b;', "x", "xx"),
    compileError("var 1 = 2;", "[line 1] Error at '1': Expect variable name."),
  ]);
  stage("5 undefined variables", "run", [
    runtimeError("print unknown;", "Undefined variable 'unknown'.", 1),
    runtimeError("var a = 1;\nprint a;\n\nprint b + a;", "Undefined variable 'b'.", 4, "1"),
  ]);
  stage("6 variables without initializer", "run", [
    prints("var later; print later; later = 3; print later;", "nil", "3"),
  ]);
  stage("7 declaring again", "run", [
    prints('var a = 1; print a; var a = "two"; print a; var a; print a;', "1", "two", "nil"),
  ]);
  stage("8 assignment", "run", [
    prints("var a; var b; a = b = 5; print a + b; print a = 7;", "10", "7"),
    runtimeError("missing = 1;", "Undefined variable 'missing'.", 1),
    compileError("var a = 1; (a) = 2;", "[line 1] Error at '=': Invalid assignment target."),
  ]);
  stage("9 blocks", "run", [
    prints("{ var in = 1; { print in; } }", "1"),
    prints("{}{{}}"),
    compileError("{ print 1;", "[line 1] Error at end: Expect '}' after block."),
  ]);
  stage("10 scopes", "run", [
    prints('var a = "g"; { var a = "o"; { var a = "i"; print a; } print a; } print a;', "i", "o", "g"),
    prints("var n = 1; { n = n + 1; { n = n * 10; } } print n;", "20"),
    runtimeError("{\n  var hidden = 1;\n  print hidden;\n}\nprint hidden;", "Undefined variable 'hidden'.", 5, "1"),
  ]);
});

describe("the course's stages of control flow", () => {
  stage("1 if", "run", [
    prints('if (1 < 2) print "yes"; if (nil) print "no";', "yes"),
    prints("var a; if (a = 3) { print a; }", "3"),
  ]);
  stage("2 else", "run", [prints('if (false) print 1; else print 2; if ("") print 3; else print 4;', "2", "3")]);
  stage("3 else if", "run", [
    prints(
      'var n = 15; if (n < 10) print "low"; else if (n < 20) print "middle"; else if (n < 30) print "high"; else print "off";',
      "middle",
    ),
  ]);
  stage("4 nested if", "run", [
    prints('if (true) if (false) print "a"; else print "the nearer if"; ', "the nearer if"),
    prints('if (true) { if (false) print "a"; } else print "b";'),
  ]);
  stage("5 or", "run", [
    prints('print nil or "default"; print 0 or 1; print false or nil;', "default", "0", "nil"),
    prints("var a = 1; true or (a = 2); print a; false or (a = 3); print a;", "1", "3"),
  ]);
  stage("6 and", "run", [
    prints('print nil and 1; print "a" and "b"; print true and false and 1;', "nil", "b", "false"),
    prints("var a = 1; false and (a = 2); print a; print true or false and false;", "1", "true"),
  ]);
  stage("7 while", "run", [
    prints("var n = 3; while (n > 0) print n = n - 1;", "2", "1", "0"),
    prints('while (false) { print "never"; }'),
  ]);
  stage("8 for", "run", [
    prints("for (var i = 0; i < 3; i = i + 1) print i;", "0", "1", "2"),
    prints("var i = 9; for (i = 0; i < 2;) { print i; i = i + 1; } print i;", "0", "1", "2"),
    prints("var j = 5; for (var j = 0; j < 1; j = j + 1) {} print j;", "5"),
  ]);
  stage("9 syntax errors", "run", [
    compileError("while (true) var a;", "[line 1] Error at 'var': Expect expression."),
    compileError("if true print 1;", "[line 1] Error at 'true': Expect '(' after 'if'."),
    compileError(
      "for (var a = 1; {}; a = a + 1) {}",
      "[line 1] Error at '{': Expect expression.",
      "[line 1] Error at ')': Expect ';' after expression.",
    ),
    compileError("for (var a = 1; a < 2; {}) {}", "[line 1] Error at '{': Expect expression."),
  ]);
});

describe("the course's stages of functions", () => {
  stage("1 native functions", "run", [
    prints(
      "print clock() > 1500000000; print clock; var t = clock(); print clock() - t < 60;",
      "true",
      "<native fn>",
      "true",
    ),
  ]);
  stage("2 functions without parameters", "run", [
    prints(
      'fun greet() { print "hello"; } greet(); print greet; print greet();',
      "hello",
      "<fn greet>",
      "hello",
      "nil",
    ),
  ]);
  stage("3 functions with parameters", "run", [
    prints('fun sum(a, b, c) { print a + b + c; } sum(1, 2, 3); sum("x", "y", "z");', "6", "xyz"),
    prints("fun down(n) { if (n > 0) { print n; down(n - 1); } } down(2);", "2", "1"),
  ]);
  stage("4 syntax errors", "run", [
    compileError("clock(", "[line 1] Error at end: Expect expression."),
    compileError("print clock());", "[line 1] Error at ')': Expect ';' after value."),
    compileError("fun f() 12;", "[line 1] Error at '12': Expect '{' before function body."),
    compileError("fun f(a b) {}", "[line 1] Error at 'b': Expect ')' after parameters."),
  ]);
  stage("5 return", "run", [
    prints("fun fact(n) { if (n <= 1) return 1; return n * fact(n - 1); } print fact(9);", "362880"),
    prints("fun first() { for (;;) { while (true) { return 8; } } } print first();", "8"),
    prints('fun f() { return; print "never"; } print f();', "nil"),
  ]);
  stage("6 higher-order functions", "run", [
    prints("fun twice(f, x) { return f(f(x)); } fun inc(n) { return n + 1; } print twice(inc, 5);", "7"),
    prints(
      "fun adder(n) { fun add(m) { return n + m; } return add; } print adder(2)(3); print adder(1);",
      "5",
      "<fn add>",
    ),
  ]);
  stage("7 failing calls", "run", [
    runtimeError('"text"();', "Can only call functions and classes.", 1),
    runtimeError("fun f(a) {}\n\nf(1,\n2);", "Expected 1 arguments but got 2.", 4),
    runtimeError("fun f(a) { print a; }\nf(1); f();", "Expected 1 arguments but got 0.", 2, "1"),
    runtimeError("nil();", "Can only call functions and classes.", 1),
  ]);
  stage("8 scopes of functions", "run", [
    prints(
      "var a = 1; fun f() { print a; var a = 2; print a; a = 3; print a; } f(); print a; a = 4; f();",
      ..."1 2 3 1 4 2 3".split(" "),
    ),
    prints("var total = 0; fun add(n) { total = total + n; } add(3); add(4); print total;", "7"),
  ]);
  stage("9 closures", "run", [
    prints(
      "fun counter() { var n = 0; fun next() { n = n + 1; return n; } return next; } var a = counter(); var b = counter(); print a(); print a(); print b();",
      "1",
      "2",
      "1",
    ),
    prints("var get; { var shared = 1; fun g() { return shared; } get = g; shared = 2; } print get();", "2"),
    prints(
      "var f; for (var i = 0; i < 3; i = i + 1) { var j = i; fun keep() { print i; print j; } if (i == 1) f = keep; } f();",
      "3",
      "1",
    ),
  ]);
});
