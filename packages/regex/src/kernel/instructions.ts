/**
 * The WebAssembly instructions that the kernels use, as functions from operand code to code: `i32.add(a, b)` is the bytes that leave
 * `a + b` on the stack, so an expression reads as an expression and a block as a list.
 * Source: WebAssembly Core Specification 3.0, §5.4 (binary format of instructions; vector and relaxed vector instructions under prefix 0xFD).
 */

/** Encoded instructions: bytes, in lists of lists, which are joined once, when all is there (`appendBytes`). */
export type Code = readonly (number | Code)[];

/** Appends the bytes of `code`. */
export function appendBytes(code: Code, bytes: number[]): void {
  for (const part of code) {
    if (typeof part === "number") bytes.push(part);
    else appendBytes(part, bytes);
  }
}

/** Unsigned LEB128 of a number below 2³². */
export function unsignedLeb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return bytes;
}

/** Signed LEB128 of a 32-bit integer. */
export function signedLeb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
      bytes.push(low);
      return bytes;
    }
    bytes.push(low | 0x80);
  }
}

type Unary = (a: Code) => Code;
type Binary = (a: Code, b: Code) => Code;
type Load = (address: Code, offset?: number) => Code;

const unary =
  (...opcode: number[]): Unary =>
  (a) => [a, opcode];
const binary =
  (...opcode: number[]): Binary =>
  (a, b) => [a, b, opcode];
const load =
  (align: number, ...opcode: number[]): Load =>
  (address, offset = 0) => [address, opcode, align, unsignedLeb(offset)];
const VECTOR = 0xfd;

/** 32-bit integers. */
export const i32: {
  const: (value: number) => Code;
  load: Load;
  load8: Load;
  load16: Load;
  store: (address: Code, value: Code, offset?: number) => Code;
  eqz: Unary;
  ctz: Unary;
  clz: Unary;
  popcnt: Unary;
} & Record<
  "eq" | "ne" | "ltU" | "gtU" | "leU" | "geU" | "add" | "sub" | "and" | "or" | "xor" | "shl" | "shrU",
  Binary
> = {
  const: (value) => [0x41, ...signedLeb(value)],
  load: load(2, 0x28),
  load8: load(0, 0x2d),
  load16: load(1, 0x2f),
  store: (address, value, offset = 0) => [address, value, 0x36, 2, unsignedLeb(offset)],
  eqz: unary(0x45),
  eq: binary(0x46),
  ne: binary(0x47),
  ltU: binary(0x49),
  gtU: binary(0x4b),
  leU: binary(0x4d),
  geU: binary(0x4f),
  clz: unary(0x67),
  ctz: unary(0x68),
  popcnt: unary(0x69),
  add: binary(0x6a),
  sub: binary(0x6b),
  and: binary(0x71),
  or: binary(0x72),
  xor: binary(0x73),
  shl: binary(0x74),
  shrU: binary(0x76),
};

/** 64-bit integers. */
export const i64: {
  const: (value: number) => Code;
  extendU: Unary;
  wrap: Unary;
  eqz: Unary;
  ctz: Unary;
  popcnt: Unary;
} & Record<"ltU" | "add" | "sub" | "and" | "or" | "xor" | "shl" | "shrU", Binary> = {
  const: (value) => [0x42, ...signedLeb(value)],
  eqz: unary(0x50),
  ltU: binary(0x54),
  ctz: unary(0x7a),
  popcnt: unary(0x7b),
  add: binary(0x7c),
  sub: binary(0x7d),
  and: binary(0x83),
  or: binary(0x84),
  xor: binary(0x85),
  shl: binary(0x86),
  shrU: binary(0x88),
  wrap: unary(0xa7),
  extendU: unary(0xad),
};

/** Sixteen bytes at once. */
export const v128: {
  const: (bytes: readonly number[]) => Code;
  load: Load;
  store: (address: Code, value: Code, offset?: number) => Code;
} & Record<"splat" | "anyTrue" | "bitmask", Unary> &
  Record<"eq" | "ne" | "and" | "or" | "shrU8" | "swizzle" | "relaxedSwizzle", Binary> = {
  const: (bytes) => [VECTOR, 0x0c, bytes],
  load: load(0, VECTOR, 0x00),
  store: (address, value, offset = 0) => [address, value, VECTOR, 0x0b, 0, unsignedLeb(offset)],
  splat: unary(VECTOR, 0x0f),
  eq: binary(VECTOR, 0x23),
  ne: binary(VECTOR, 0x24),
  and: binary(VECTOR, 0x4e),
  or: binary(VECTOR, 0x50),
  anyTrue: unary(VECTOR, 0x53),
  bitmask: unary(VECTOR, 0x64),
  shrU8: binary(VECTOR, 0x6d),
  swizzle: binary(VECTOR, 0x0e),
  relaxedSwizzle: binary(VECTOR, 0x80, 0x02),
};

/** A local variable of a function: what it is called by number. */
export class Local {
  readonly index: number;

  constructor(index: number) {
    this.index = index;
  }

  /** Its value. */
  get get(): Code {
    return [0x20, ...unsignedLeb(this.index)];
  }

  /** Assigns it. */
  set(value: Code): Code {
    return [value, 0x21, unsignedLeb(this.index)];
  }

  /** Assigns it and leaves the value. */
  tee(value: Code): Code {
    return [value, 0x22, unsignedLeb(this.index)];
  }

  /** Adds to it (i32). */
  add(value: Code): Code {
    return this.set(i32.add(this.get, value));
  }
}

const VOID = 0x40;

/** `block … end`: `branch(0)` inside leaves it. */
export const block = (...body: Code[]): Code => [0x02, VOID, body, 0x0b];

/** `loop … end`: `branch(0)` inside begins it again. */
export const loop = (...body: Code[]): Code => [0x03, VOID, body, 0x0b];

/** `if … end` without a value. */
export const when = (condition: Code, ...body: Code[]): Code => [condition, 0x04, VOID, body, 0x0b];

/** Jumps to the `depth`-th enclosing block's end or loop's beginning. */
export const branch = (depth: number): Code => [0x0c, ...unsignedLeb(depth)];

/** The same, if the condition is not zero. */
export const branchIf = (depth: number, condition: Code): Code => [condition, 0x0d, unsignedLeb(depth)];

/** Returns the value. */
export const giveBack = (value: Code): Code => [value, 0x0f];
