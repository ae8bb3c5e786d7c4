/** How long it takes until a program runs. JavaScript's own compiler, on the same program written in JavaScript, gives the scale. */
import { microScenario, type Suite, suite } from "@tenon/bench";
import { compile, Lox } from "../src/index.ts";

const TEN_LINES = `var a = 1;
fun f(x) {
  if (x < 2) return x;
  return f(x - 1) + f(x - 2);
}
class A {
  init(n) { this.n = n; }
  m() { return this.n; }
}
print f(5) + A(3).m() + a;
`;

const TEN_LINES_OF_JAVASCRIPT = `let a = 1;
function f(x) {
  if (x < 2) return x;
  return f(x - 1) + f(x - 2);
}
class A {
  constructor(n) { this.n = n; }
  m() { return this.n; }
}
print(f(5) + new A(3).m() + a);
`;

const LINES = 1_000;

const unit = (index: number): string => `fun f${index}(a, b) {
  var c = a + b * 2; // ten lines
  if (c > 3 and a < 2) { print c; } else { return "x" + b; }
  for (var i = 0; i < 10; i = i + 1) f${index}(i, c);
}
class C${index} {
  init(x) { this.x = x; }
  get(y) { return this.x + y; }
}
var o${index} = C${index}(1).get(2);
`;

export default suite("lox", [
  microScenario({
    name: "compile and run ten lines",
    unit: "programs",
    ours: { name: "tenon", setup: () => () => new Lox().run(compile(TEN_LINES)) },
    peers: [
      {
        name: "new Function",
        setup: () => {
          let runs = 0;
          return () => new Function("print", `${TEN_LINES_OF_JAVASCRIPT}//${runs++}`)(() => {});
        },
      },
    ],
  }),
  microScenario({
    name: "compile to JavaScript, 1,000 lines",
    unit: "lines",
    unitsPerCall: LINES,
    ours: {
      name: "tenon",
      setup: () => {
        const source = Array.from({ length: LINES / 10 }, (_, index) => unit(index)).join("");
        return () => compile(source).javascript();
      },
    },
    peers: [],
  }),
]) satisfies Suite;
