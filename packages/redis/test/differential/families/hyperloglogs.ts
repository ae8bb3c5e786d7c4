/** Random commands on HyperLogLogs; GET shows every byte of them. */
import { chance, type Draw, mangled, oneOf, some } from "../draw.ts";

const KEYS = ["p0", "p1", "p2", "p3"];
const CORRUPT = [
  "HYLL\u0001\0\0\0\0\0\0\0\0\0\0\u0080",
  "HYLL\u0001\0\0\0\0\0\0\0\0\0\0\u0080\u0080\u0081\u0082",
  "HYLL\u0002\0\0\0\0\0\0\0\0\0\0\u0080\u007f\u00ff",
  "HYLL\0\0\0\0\0\0\0\0\0\0\0\u0080\u007f\u00ff",
  "HYLL\u0001\0\0\0\u0005\0\0\0\0\0\0\0\u007f\u00ff",
  "HYLX\u0001\0\0\0\0\0\0\0\0\0\0\0\u007f\u00ff",
  "HYLL",
  "12",
];

export function hyperLogLogCommand(draw: Draw): string[] {
  const key = chance(draw, 3) ? oneOf(draw, ["str", "h0", "missing"]) : oneOf(draw, KEYS);
  const element = (): string => oneOf(draw, [`e${draw(100_000)}`, String(draw(50)), "x".repeat(draw(40)), ""]);
  const makers: (() => string[])[] = [
    () => ["PFADD", key, ...some(draw, 3, () => [element()])],
    () => ["PFADD", key, ...some(draw, 40, () => [element()])],
    () => ["PFADD", key],
    () => ["PFCOUNT", key],
    () => ["PFCOUNT", ...some(draw, 3, () => [oneOf(draw, KEYS)])],
    () => ["GET", key],
    () =>
      chance(draw, 20) ? ["PFMERGE", oneOf(draw, KEYS), ...some(draw, 2, () => [oneOf(draw, KEYS)])] : ["GET", key],
    () => ["PFDEBUG", oneOf(draw, ["ENCODING", "DECODE", "encoding", "NOPE"]), key],
    () => (chance(draw, 5) ? ["PFDEBUG", oneOf(draw, ["GETREG", "TODENSE"]), key] : ["STRLEN", key]),
    () => (chance(draw, 15) ? ["SET", oneOf(draw, KEYS), oneOf(draw, CORRUPT)] : ["GET", key]),
    () => (chance(draw, 25) ? ["DEL", oneOf(draw, KEYS)] : ["PFCOUNT", key]),
  ];
  return mangled(draw, oneOf(draw, makers)(), ["x"]);
}
