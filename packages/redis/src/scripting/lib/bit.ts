/** LuaBitOp 1.0: operations on 32-bit integers. */
import { type LuaState, LuaTable, type LuaValue } from "../../lua/lua.ts";

/** Added to a double, it leaves the value, rounded to even, in the low 32 bits: the original's way to convert. */
const BIAS = 6755399441055744;
const bits = new DataView(new ArrayBuffer(8));

function toInt32(value: number): number {
  bits.setFloat64(0, value + BIAS);
  return bits.getInt32(4);
}

/** The library's table. */
export function createBit(state: LuaState): LuaTable {
  const { vm } = state;
  const library = new LuaTable();
  const operand = (args: readonly LuaValue[], at: number): number => toInt32(vm.number(args, at));
  const unary: Readonly<Record<string, (x: number) => number>> = {
    tobit: (x) => x,
    bnot: (x) => ~x,
    bswap: (x) => (x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24),
  };
  const folds: Readonly<Record<string, (x: number, y: number) => number>> = {
    band: (x, y) => x & y,
    bor: (x, y) => x | y,
    bxor: (x, y) => x ^ y,
  };
  const shifts: Readonly<Record<string, (x: number, count: number) => number>> = {
    lshift: (x, count) => x << count,
    rshift: (x, count) => (x >>> count) | 0,
    arshift: (x, count) => x >> count,
    rol: (x, count) => (x << count) | (x >>> (32 - count)),
    ror: (x, count) => (x >>> count) | (x << (32 - count)),
  };
  for (const [name, compute] of Object.entries(unary)) library.setString(name, (...args) => compute(operand(args, 0)));
  for (const [name, compute] of Object.entries(folds)) {
    library.setString(name, (...args) => {
      let value = operand(args, 0);
      for (let at = 1; at < args.length; at++) value = compute(value, operand(args, at));
      return value;
    });
  }
  for (const [name, compute] of Object.entries(shifts)) {
    library.setString(name, (...args) => {
      const value = operand(args, 0);
      const count = operand(args, 1) & 31;
      // Rotating by nothing would shift by 32, which JavaScript takes for 0.
      return count === 0 && (name === "rol" || name === "ror") ? value : compute(value, count);
    });
  }
  library.setString("tohex", (...args) => {
    const value = operand(args, 0) >>> 0;
    const count = args[1] === undefined ? 8 : operand(args, 1);
    const digits = Math.min(Math.abs(count), 8);
    const text = value
      .toString(16)
      .padStart(8, "0")
      .slice(8 - digits);
    return count < 0 ? text.toUpperCase() : text;
  });
  return library;
}
