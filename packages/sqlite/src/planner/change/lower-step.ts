/** INSERT, UPDATE and DELETE → steps: of a statement, or of one in a trigger. */
import type { Block } from "../../compile/program.ts";
import type * as ast from "../../sql/ast.ts";
import type { ChangeCompiler } from "./compiler.ts";
import { lowerDeleteSteps } from "./delete.ts";
import { lowerInsertSteps } from "./insert.ts";
import type { Returning } from "./returning.ts";
import { lowerUpdateSteps } from "./update.ts";

export interface LoweredChange {
  /** Up to the last change of a row. */
  readonly block: Block;
  readonly returning: Returning | undefined;
  /** One row is changed at most, and nothing before it that would have to be undone. */
  readonly atomic: boolean;
}

export function lowerStep(statement: ast.Insert | ast.Update | ast.Delete, compiler: ChangeCompiler): LoweredChange {
  switch (statement.kind) {
    case "insert":
      return lowerInsertSteps(statement, compiler);
    case "update":
      return lowerUpdateSteps(statement, compiler);
    case "delete":
      return lowerDeleteSteps(statement, compiler);
  }
}
