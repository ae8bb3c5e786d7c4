/** What the page and its Lox workers say to each other. */
import type { DialectName, EngineName, Json } from "@tenon/lox";
import type { Mark } from "../../ui/code-editor.ts";

export interface CheckRequest {
  readonly kind: "check";
  readonly id: number;
  readonly source: string;
  readonly dialect: DialectName;
}

export interface RunRequest {
  readonly kind: "run";
  readonly source: string;
  readonly dialect: DialectName;
  readonly engine: EngineName;
}

export type LoxRequest = CheckRequest | RunRequest;

/** The answer to a check. `tree` and `javascript` are there where the program has no errors. */
export interface Analysis {
  readonly kind: "analysis";
  /** That of the question. */
  readonly id: number;
  readonly marks: readonly Mark[];
  readonly tree: Json | undefined;
  readonly javascript: string | undefined;
}

/** Lines that a running program has printed, each with its newline. */
export interface Printed {
  readonly kind: "printed";
  readonly text: string;
}

/** A run is over. */
export interface Ended {
  readonly kind: "ended";
  readonly compileMs: number;
  readonly runMs: number;
  /** What the interpreter would write to standard error; empty where all went well. */
  readonly error: string;
  readonly marks: readonly Mark[];
}

export type LoxReply = Analysis | Printed | Ended;

/** What a program may print here before it is stopped, in UTF-16 units. */
export const MAX_OUTPUT = 200_000;
/** How long a program may run here, in milliseconds. */
export const MAX_RUN_MS = 10_000;
