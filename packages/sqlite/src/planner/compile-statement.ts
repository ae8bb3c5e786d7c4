/** Statements that read or change rows → programs. What else there is, connections do themselves. */
import type { Program } from "../compile/program.ts";
import type * as ast from "../sql/ast.ts";
import { lowerDelete, lowerInsert, lowerUpdate } from "./change/lower-change.ts";
import type { CompileContext } from "./context.ts";
import { Ids, Registers } from "./ids.ts";
import { Lowering } from "./lower/lowering.ts";
import { ProgramBuilder } from "./lower/program-builder.ts";
import { lowerQuery } from "./lower/query.ts";
import { rewriteQuery } from "./lower/rewrite.ts";
import { bindSelect } from "./resolve/bind.ts";

/** Throws SqlError: what is wrong with the statement, in the original's words. */
export function compileStatement(statement: ast.Statement, context: CompileContext): Program {
  switch (statement.kind) {
    case "select-statement":
      return compileSelect(statement.select, context);
    case "insert":
      return lowerInsert(statement, context);
    case "update":
      return lowerUpdate(statement, context);
    case "delete":
      return lowerDelete(statement, context);
    default:
      throw new Error(`${statement.kind} is no statement about rows`);
  }
}

function compileSelect(select: ast.Select, context: CompileContext): Program {
  const ids = new Ids();
  const query = rewriteQuery(bindSelect(select, context, { ids }), ids);
  const builder = new ProgramBuilder(ids, new Registers());
  const lowering = new Lowering(builder, context);
  lowering.uses.noteQuery(query);
  const main = lowerQuery(query, (values) => [{ kind: "emit", values }], lowering);
  return builder.program(main, query.columns);
}
