/**
 * Places in the source that messages point to. Generated code stores a place's number in `vm.site` before each call, and hands it
 * to the slow half of an operation; numbers are counted through all chunks, so that one number says which chunk it is, too.
 */
import { chunkId } from "./errors.ts";

/** What the language calls an operand in messages: `local 'x'`, `field 'y'`, … */
export interface OperandName {
  readonly what: "global" | "local" | "upvalue" | "field" | "method";
  readonly name: string;
}

export interface Site {
  readonly line: number;
  /** The operand, the callee, or the left operand. */
  readonly left: OperandName | undefined;
  readonly right: OperandName | undefined;
}

/** The number of no place: callers that are not Lua. */
export const NO_SITE = 0;

let nextBase = 1;

/** The places of one chunk, numbered from `base`. */
export class SiteTable {
  readonly base: number;
  readonly chunk: string;
  /** The chunk's name as it was given. */
  readonly source: string;
  readonly #sites: Site[] = [];

  constructor(chunkName: string, capacity: number) {
    this.chunk = chunkId(chunkName);
    this.source = chunkName;
    if (nextBase + capacity > 2 ** 30) nextBase = 1;
    this.base = nextBase;
    nextBase += capacity;
  }

  add(line: number, left?: OperandName, right?: OperandName): number {
    return this.base + this.#sites.push({ line, left, right }) - 1;
  }

  at(site: number): Site | undefined {
    return this.#sites[site - this.base];
  }
}
