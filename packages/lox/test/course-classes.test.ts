import { describe } from "vitest";
import { compileError, prints, runtimeError, stage } from "./support/course.ts";

describe("the course's stages of resolving and binding", () => {
  stage("1 resolving names", "run", [
    prints(
      'var a = "outer"; { fun show() { print a; } show(); var a = "inner"; show(); print a; }',
      "outer",
      "outer",
      "inner",
    ),
    prints("var n = 0; { fun up() { n = n + 1; print n; } up(); var n = 50; up(); } print n;", "1", "2", "2"),
  ]);
  stage("2 a variable in its own initializer", "run", [
    prints("var a = 1; var a = a; print a;", "1"),
    compileError(
      "var a = 1;\n{\n  var a = a + 1;\n}",
      "[line 3] Error at 'a': Can't read local variable in its own initializer.",
    ),
    compileError(
      "fun f(g) {\n  var x = g(x);\n}",
      "[line 2] Error at 'x': Can't read local variable in its own initializer.",
    ),
  ]);
  stage("3 declaring a local variable twice", "run", [
    compileError("{\n  var a;\n  var a;\n}", "[line 3] Error at 'a': Already a variable with this name in this scope."),
    compileError("fun f(p) { var p; }", "[line 1] Error at 'p': Already a variable with this name in this scope."),
    compileError("fun f(p, q, p) {}", "[line 1] Error at 'p': Already a variable with this name in this scope."),
    prints("var a = 1; var a = 2; { var a = 3; { var a = 4; print a; } }", "4"),
  ]);
  stage("4 return outside a function", "run", [
    compileError("fun f() { return; }\nreturn;", "[line 2] Error at 'return': Can't return from top-level code."),
    compileError('if (true) {\n  return "no";\n}', "[line 2] Error at 'return': Can't return from top-level code."),
    prints("fun f() { { { return 1; } } } print f();", "1"),
  ]);
});

describe("the course's stages of classes", () => {
  stage("1 declarations", "run", [
    prints("class Plane {} print Plane;", "Plane"),
    prints("{ class Local {} print Local; } fun f() { class In {} return In; } print f();", "Local", "In"),
    compileError("class {}", "[line 1] Error at '{': Expect class name."),
    compileError("class A { 1() {} }", "[line 1] Error at '1': Expect method name."),
  ]);
  stage("2 instances", "run", [
    prints(
      "class Saw {} var s = Saw(); print s; print Saw() == Saw(); print s == s; if (s) print 1;",
      "Saw instance",
      "false",
      "true",
      "1",
    ),
  ]);
  stage("3 fields", "run", [
    prints("class Box {} var b = Box(); b.w = 2; b.h = b.w = 5; print b.w * b.h;", "25"),
    prints("class A {} var a = A(); a.next = A(); a.next.v = 1; print a.next.v;", "1"),
    runtimeError("class A {}\nprint A().none;", "Undefined property 'none'.", 2),
    runtimeError("var n = 1;\nn.f = 2;", "Only instances have fields.", 2),
    runtimeError('"s".length;', "Only instances have properties.", 1),
  ]);
  stage("4 methods", "run", [
    prints('class A { hi(n) { print "hi " + n; } } A().hi("you"); print A().hi;', "hi you", "<fn hi>"),
    prints("class A { f() { return 1; } } var a = A(); fun g() { return 2; } a.f = g; print a.f();", "2"),
    runtimeError("class A {}\nA().f();", "Undefined property 'f'.", 2),
  ]);
  stage("5 this", "run", [
    prints(
      "class A { me() { return this; } name() { return this.n; } } var a = A(); a.n = 3; print a.me().name(); print a.me() == a;",
      "3",
      "true",
    ),
    prints(
      "class A { get() { return this.v; } } var a = A(); var b = A(); a.v = 1; b.v = 2; b.get = a.get; print b.get(); var m = b.get; print m();",
      "1",
      "1",
    ),
    prints("class A { f() { fun in() { return this.v; } return in; } } var a = A(); a.v = 9; print a.f()();", "9"),
  ]);
  stage("6 this in wrong places", "run", [
    compileError("print this;", "[line 1] Error at 'this': Can't use 'this' outside of a class."),
    compileError("fun f() {\n  return this.x;\n}", "[line 2] Error at 'this': Can't use 'this' outside of a class."),
    runtimeError("class A {\n  f() {\n    this();\n  }\n}\nA().f();", "Can only call functions and classes.", 3),
    runtimeError(
      "class A { f() {\n fun g() { return this.h; }\n return g; } }\nA().f()();",
      "Undefined property 'h'.",
      2,
    ),
  ]);
  stage("7 constructors", "run", [
    prints(
      "class P { init(x, y) { this.x = x; this.y = y; } sum() { return this.x + this.y; } } print P(3, 4).sum();",
      "7",
    ),
    prints("class P { init() { this.n = 1; } } var p = P(); p.n = 5; print p.init() == p; print p.n;", "true", "1"),
    runtimeError("class P { init(x) {} }\nP();", "Expected 1 arguments but got 0.", 2),
    runtimeError("class P {}\nP(1);", "Expected 0 arguments but got 1.", 2),
  ]);
  stage("8 return in constructors", "run", [
    prints(
      "class P { init(n) { this.n = n; if (n > 1) return; this.n = 0; } } print P(2).n; print P(1).n; print P(1).init(5);",
      "2",
      "0",
      "P instance",
    ),
    compileError(
      "class P {\n  init() {\n    return 1;\n  }\n}",
      "[line 3] Error at 'return': Can't return a value from an initializer.",
    ),
    prints("class P { init() { fun f() { return 4; } this.v = f(); } } print P().v;", "4"),
  ]);
});

describe("the course's stages of inheritance", () => {
  stage("1 subclasses", "run", [
    prints("class A {} class B < A {} print B; print B();", "B", "B instance"),
    prints("{ class A {} fun f() { class B < A {} return B(); } print f(); }", "B instance"),
    compileError("class A < {}", "[line 1] Error at '{': Expect superclass name."),
  ]);
  stage("2 inherited methods", "run", [
    prints(
      "class A { f() { return this.v; } init(v) { this.v = v; } } class B < A {} class C < B {} print C(8).f();",
      "8",
    ),
    prints("class A { a() { return 1; } } class B < A { b() { return this.a() + 1; } } print B().b();", "2"),
    runtimeError("class A {}\nclass B < A { b() {} }\nA().b();", "Undefined property 'b'.", 3),
  ]);
  stage("3 overriding", "run", [
    prints(
      "class A { f() { return this.g(); } g() { return 1; } } class B < A { g() { return 2; } } print A().f(); print B().f();",
      "1",
      "2",
    ),
    prints(
      "class A { init() { this.k = 1; } } class B < A { init(k) { this.k = k; } } print B(6).k; print A().k;",
      "6",
      "1",
    ),
  ]);
  stage("4 wrong superclasses", "run", [
    compileError("class Own < Own {}", "[line 1] Error at 'Own': A class can't inherit from itself."),
    runtimeError("fun f() {}\nclass A < f {}", "Superclass must be a class.", 2),
    runtimeError("class A {}\nvar a = A();\nclass B < a {}", "Superclass must be a class.", 3),
    runtimeError("class B < Nowhere {}", "Undefined variable 'Nowhere'.", 1),
  ]);
  stage("5 super", "run", [
    prints(
      "class A { f() { return 1; } } class B < A { f() { return super.f() + 1; } } class C < B { f() { return super.f() * 10; } } print C().f();",
      "20",
    ),
    prints(
      "class A { f() { return this.n; } } class B < A { f() { return 0; } get() { return super.f; } } var b = B(); b.n = 4; var m = b.get(); print m();",
      "4",
    ),
    prints(
      "class A { init(a) { this.a = a; } } class B < A { init(a, b) { super.init(a); this.b = b; } } var b = B(1, 2); print b.a + b.b;",
      "3",
    ),
    runtimeError("class A {}\nclass B < A { f() {\n super.f(); } }\nB().f();", "Undefined property 'f'.", 3),
  ]);
  stage("6 super in wrong places", "run", [
    compileError("super.f();", "[line 1] Error at 'super': Can't use 'super' outside of a class."),
    compileError(
      "class A {\n  f() {\n    super.f();\n  }\n}",
      "[line 3] Error at 'super': Can't use 'super' in a class with no superclass.",
    ),
    compileError("class A {}\nclass B < A { f() {\n super; } }", "[line 3] Error at ';': Expect '.' after 'super'."),
    compileError(
      "class A {}\nclass B < A { f() { super.; } }",
      "[line 2] Error at ';': Expect superclass method name.",
    ),
  ]);
});
