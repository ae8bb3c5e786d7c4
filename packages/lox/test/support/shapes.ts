/** Every way to run a program: engine, dialect, and with or without counting. */
import { type DialectName, type EngineName, Lox, type LoxOptions } from "../../src/index.ts";

export interface Shape {
  readonly name: string;
  readonly engine: EngineName;
  readonly dialect: DialectName;
  /** With limits far away, so that everything is counted. */
  readonly counted: boolean;
  create(print: (text: string) => void, options?: LoxOptions): Lox;
}

const ENGINES: readonly EngineName[] = ["tree", "fast", "closures"];
const DIALECTS: readonly DialectName[] = ["jlox", "clox"];
const FAR_AWAY = { steps: 1e9, depth: 3_000, strings: 1 << 28 };

export const SHAPES: readonly Shape[] = DIALECTS.flatMap((dialect) =>
  ENGINES.flatMap((engine) =>
    [false, true].map((counted): Shape => {
      const name = `${engine}, ${dialect}${counted ? ", counted" : ""}`;
      const create: Shape["create"] = (print, options) =>
        new Lox({ engine, dialect, print, clock: CLOCK, ...(counted ? { limits: FAR_AWAY } : {}), ...options });
      return { name, engine, dialect, counted, create };
    }),
  ),
);

const CLOCK = { now: () => Date.now(), monotonic: () => performance.now() };
