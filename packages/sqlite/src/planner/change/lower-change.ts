/** A statement that changes rows, as a program: all changes first, then what has to hold at its end, then the rows of RETURNING. */
import type { Program } from "../../compile/program.ts";
import { COUNT_CHANGES, endOfChanges } from "../../runtime/change/statement-end.ts";
import type * as ast from "../../sql/ast.ts";
import type { CompileContext } from "../context.ts";
import { ChangeCompiler, runs } from "./compiler.ts";
import { lowerStep } from "./lower-step.ts";

function lowerChange(statement: ast.Insert | ast.Update | ast.Delete, context: CompileContext): Program {
  const compiler = new ChangeCompiler(context);
  const { block, returning, atomic } = lowerStep(statement, compiler);
  // Whoever has enough of RETURNING's rows has made all changes all the same.
  const end = [runs(endOfChanges([...compiler.sequenced.values()])), runs(COUNT_CHANGES)];
  const main = [...block, ...end, ...(returning?.give ?? [])];
  return compiler.finish(main, returning?.columns ?? [], atomic || !compiler.outlook.mayAbort);
}

/** INSERT and REPLACE. Throws SqlError. */
export function lowerInsert(statement: ast.Insert, context: CompileContext): Program {
  return lowerChange(statement, context);
}

export function lowerUpdate(statement: ast.Update, context: CompileContext): Program {
  return lowerChange(statement, context);
}

export function lowerDelete(statement: ast.Delete, context: CompileContext): Program {
  return lowerChange(statement, context);
}
