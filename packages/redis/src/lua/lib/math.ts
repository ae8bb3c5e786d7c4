/** Lua's mathematics (lmathlib.c); chance comes from the 48-bit generator that Redis brought along (rand.c), so that runs repeat. */
import { LuaTable } from "../table.ts";
import type { LuaFunction } from "../value.ts";
import type { Vm } from "../vm.ts";
import { power } from "../runtime.ts";

/** drand48's linear congruential generator. */
export class MathState {
  /** 48 bits; at first those of drand48's table, as long as nobody calls srand48. */
  state = 0x1234abcd330en;

  /** As srand48. */
  seed(seed: number): void {
    this.state = (BigInt(seed >>> 0) << 16n) | 0x330en;
  }

  /** The upper 31 of the next 48 bits, as lrand48. */
  next(): number {
    this.state = (this.state * 0x5deece66dn + 0xbn) & 0xffff_ffff_ffffn;
    return Number(this.state >> 17n);
  }
}

/** Largest number that the generator gives. */
const RAND_MAX = 0x7fffffff;

export function installMath(vm: Vm): MathState {
  const random = new MathState();
  const math = new LuaTable();
  const define = (name: string, value: LuaFunction): void => math.setString(name, value);

  const unary: Readonly<Record<string, (x: number) => number>> = {
    abs: Math.abs,
    acos: Math.acos,
    asin: Math.asin,
    atan: Math.atan,
    ceil: Math.ceil,
    cos: Math.cos,
    cosh: Math.cosh,
    exp: Math.exp,
    floor: Math.floor,
    log: Math.log,
    log10: Math.log10,
    sin: Math.sin,
    sinh: Math.sinh,
    sqrt: Math.sqrt,
    tan: Math.tan,
    tanh: Math.tanh,
    deg: (x) => x / (Math.PI / 180),
    rad: (x) => x * (Math.PI / 180),
  };
  for (const [name, compute] of Object.entries(unary)) {
    define(name, (...args) => compute(typeof args[0] === "number" ? args[0] : vm.number(args, 0)));
  }
  define("atan2", (...args) => Math.atan2(vm.number(args, 0), vm.number(args, 1)));
  const fmod: LuaFunction = (...args) => vm.number(args, 0) % vm.number(args, 1);
  define("fmod", fmod);
  define("mod", fmod);
  define("pow", (...args) => power(vm.number(args, 0), vm.number(args, 1)));
  define("modf", (...args) => {
    const value = vm.number(args, 0);
    const whole = Math.trunc(value);
    return [whole, Number.isFinite(value) ? value - whole : Number.isNaN(value) ? value : 0];
  });
  define("frexp", (...args) => frexp(vm.number(args, 0)));
  define("ldexp", (...args) => ldexp(vm.number(args, 0), vm.int(args, 1)));
  define("min", (...args) => {
    let least = vm.number(args, 0);
    for (let at = 1; at < args.length; at++) {
      const value = vm.number(args, at);
      if (value < least) least = value;
    }
    return least;
  });
  define("max", (...args) => {
    let most = vm.number(args, 0);
    for (let at = 1; at < args.length; at++) {
      const value = vm.number(args, at);
      if (value > most) most = value;
    }
    return most;
  });
  define("random", (...args) => {
    const chance = (random.next() % RAND_MAX) / RAND_MAX;
    if (args.length === 0) return chance;
    if (args.length === 1) {
      const high = vm.int(args, 0);
      if (high < 1) throw vm.argumentError(1, "interval is empty");
      return Math.floor(chance * high) + 1;
    }
    if (args.length > 2) throw vm.error("wrong number of arguments");
    const low = vm.int(args, 0);
    const high = vm.int(args, 1);
    if (low > high) throw vm.argumentError(2, "interval is empty");
    return Math.floor(chance * (high - low + 1)) + low;
  });
  define("randomseed", (...args) => {
    random.seed(vm.int(args, 0));
    return [];
  });
  math.setString("pi", Math.PI);
  math.setString("huge", Infinity);
  vm.globals.setString("math", math);
  return random;
}

function frexp(value: number): [number, number] {
  if (value === 0 || !Number.isFinite(value)) return [value, 0];
  let exponent = Math.max(-1023, Math.floor(Math.log2(Math.abs(value))) + 1);
  let mantissa = value * 2 ** -exponent;
  while (Math.abs(mantissa) < 0.5) {
    mantissa *= 2;
    exponent--;
  }
  while (Math.abs(mantissa) >= 1) {
    mantissa /= 2;
    exponent++;
  }
  return [mantissa, exponent];
}

/** In steps, so that no power of two on the way overflows or loses bits before its time. */
function ldexp(value: number, exponent: number): number {
  let result = value;
  let left = Math.max(-2200, Math.min(2200, exponent));
  for (; left > 1000; left -= 1000) result *= 2 ** 1000;
  for (; left < -1000; left += 1000) result *= 2 ** -1000;
  return result * 2 ** left;
}
