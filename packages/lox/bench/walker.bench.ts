/** What resolved slots are worth: the tree engine against a walker that looks each variable up in maps. */
import { microScenario, type Scenario, type Suite, suite } from "@tenon/bench";
import { compile, Lox } from "../src/index.ts";
import { walkWithMaps } from "./map-walker.ts";
import { programText } from "./programs.ts";

/** The programs without classes. */
const PROGRAMS: readonly (readonly [string, number])[] = [
  ["recursion", 22],
  ["closures", 10_000],
  ["strings", 4_000],
];

const scenarios = PROGRAMS.map(([name, size]): Scenario => {
  const source = programText(name, "lox", "full").replace(/SIZE = \d+/, `SIZE = ${size}`);
  return microScenario({
    name: `walking the tree: ${name}`,
    unit: "programs",
    ours: {
      name: "tenon tree",
      setup: () => {
        const program = compile(source);
        return () => new Lox({ engine: "tree" }).run(program);
      },
    },
    peers: [
      {
        name: "maps",
        setup: () => {
          const program = compile(source);
          return () => walkWithMaps(program);
        },
      },
    ],
    targets: { maps: { throughput: 2 } },
  });
});

export default suite("lox", scenarios) satisfies Suite;
