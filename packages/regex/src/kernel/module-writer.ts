/**
 * Writes a WebAssembly module: functions that work on one imported memory.
 * Source: WebAssembly Core Specification 3.0, §5.5 (binary format of modules): sections in the order of their numbers, each with its length.
 */
import { appendBytes, Local, unsignedLeb, type Code } from "./instructions.ts";

const I32 = 0x7f;
const I64 = 0x7e;
const V128 = 0x7b;
const FUNCTION_TYPE = 0x60;
const HEADER: readonly number[] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const SECTION = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;

/** Gives out the local variables of the function being written; parameters (all i32) come first. */
export class Locals {
  readonly #types: number[] = [];
  readonly #parameters: number;

  constructor(parameters: number) {
    this.#parameters = parameters;
  }

  /** The `index`-th parameter. */
  parameter(index: number): Local {
    return new Local(index);
  }

  i32(): Local {
    return this.#local(I32);
  }

  i64(): Local {
    return this.#local(I64);
  }

  v128(): Local {
    return this.#local(V128);
  }

  #local(type: number): Local {
    this.#types.push(type);
    return new Local(this.#parameters + this.#types.length - 1);
  }

  /** The declaration that opens the function's code. */
  declaration(): Code {
    return [unsignedLeb(this.#types.length), this.#types.map((type) => [1, type])];
  }
}

/** Code that calls a function of the module with these operands. */
export type Call = (...operands: Code[]) => Code;

interface WrittenFunction {
  readonly name: string;
  readonly parameters: number;
  readonly code: readonly number[];
}

const vector = (items: readonly (readonly number[])[]): number[] => [...unsignedLeb(items.length), ...items.flat()];
const text = (value: string): number[] => [
  ...unsignedLeb(value.length),
  ...Array.from(value, (char) => char.charCodeAt(0)),
];
const section = (id: number, items: readonly (readonly number[])[]): number[] => {
  const body = vector(items);
  return [id, ...unsignedLeb(body.length), ...body];
};

/** A module under construction: it imports the memory `env.memory` and exports every function, each with i32 parameters and one i32 result. */
export class ModuleWriter {
  readonly #functions: WrittenFunction[] = [];

  /** Adds a function. `body` gets its locals and returns its code, which must end with the result on the stack. Returns how to call it. */
  function(name: string, parameters: number, body: (locals: Locals) => readonly Code[]): Call {
    const locals = new Locals(parameters);
    const instructions = body(locals);
    const code: number[] = [];
    appendBytes([locals.declaration(), instructions, 0x0b], code); // first the code, which asks for locals
    const index = this.#functions.push({ name, parameters, code }) - 1;
    return (...operands) => [operands, 0x10, unsignedLeb(index)];
  }

  /** The module's bytes. */
  bytes(): Uint8Array<ArrayBuffer> {
    const functions = this.#functions;
    const types = functions.map(({ parameters }) => [
      FUNCTION_TYPE,
      ...vector(Array.from({ length: parameters }, () => [I32])),
      ...vector([[I32]]),
    ]);
    const memory = [...text("env"), ...text("memory"), 0x02, 0x00, 0x00];
    return Uint8Array.from([
      ...HEADER,
      ...section(SECTION.type, types),
      ...section(SECTION.import, [memory]),
      ...section(
        SECTION.function,
        functions.map((_, index) => unsignedLeb(index)),
      ),
      ...section(
        SECTION.export,
        functions.map(({ name }, index) => [...text(name), 0x00, ...unsignedLeb(index)]),
      ),
      ...section(
        SECTION.code,
        functions.map(({ code }) => [...unsignedLeb(code.length), ...code]),
      ),
    ]);
  }
}
