/** `run.ts FILE ENGINE [counted]`: runs one program, as the process under test. Bundled before it is measured. */
import { readFileSync } from "node:fs";
import { compile, type EngineName, Lox } from "../src/index.ts";

const [file, engine, counted] = process.argv.slice(2);
const limits = counted === "counted" ? { steps: 1e15, depth: 10_000, strings: 1 << 28 } : {};
const lox = new Lox({ engine: engine as EngineName, limits, print: (text) => process.stdout.write(`${text}\n`) });
lox.run(compile(readFileSync(file!, "utf8")));
