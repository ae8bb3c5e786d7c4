/** Statements → plans: queries and changes of rows are compiled, and everything else the connection does itself. */
import type { Program } from "../compile/program.ts";
import { SqlError } from "../errors.ts";
import { compileStatement } from "../planner/compile-statement.ts";
import type { View } from "../schema/table.ts";
import type { Expression, Select, Statement } from "../sql/ast.ts";
import type { Cells, Payload } from "../values/value.ts";
import { ActionPlan } from "./action-plan.ts";
import { analyze } from "./analyze.ts";
import { attach, detach } from "./attach.ts";
import { backEndOf } from "./back-end.ts";
import type { Connection } from "./connection.ts";
import { explainProgram, explainQueryPlan } from "./explain.ts";
import type { Action, Plan } from "./plan.ts";
import { pragma } from "./pragma/pragma.ts";
import { mayNamePragmas, withPragmaRows } from "./pragma/table-functions.ts";
import type { ParsedText } from "./prepared-statement.ts";
import { ProgramPlan } from "./program-plan.ts";
import { reindex } from "./reindex.ts";
import { alterTable } from "./schema-changes/alter-table.ts";
import { createIndex } from "./schema-changes/create-index.ts";
import { createTable } from "./schema-changes/create-table.ts";
import { createTrigger } from "./schema-changes/create-trigger.ts";
import { createView } from "./schema-changes/create-view.ts";
import { drop } from "./schema-changes/drop.ts";
import { tableSelect } from "./schema-changes/table-select.ts";
import { vacuum } from "./vacuum.ts";

/** Throws SqliteError: what is wrong with the statement, as far as the schema tells. */
export function planStatement(connection: Connection, text: ParsedText): Plan {
  const { statement } = text;
  if (statement.kind === "explain") {
    const plan = planStatement(connection, { ...text, statement: statement.statement });
    const program = plan instanceof ProgramPlan ? plan.program : undefined;
    return new ActionPlan(statement.queryPlan ? explainQueryPlan(plan) : explainProgram(program));
  }
  if (isCompiled(statement)) {
    const rewritten = mayNamePragmas(text.whole) ? withPragmaRows(connection, statement) : undefined;
    return rewritten === undefined
      ? compile(connection, statement)
      : planOf(connection, programOf(connection, rewritten), true);
  }
  return new ActionPlan(actionOf(connection, statement, text));
}

type Compiled = Extract<Statement, { kind: "select-statement" | "insert" | "update" | "delete" }>;

function isCompiled(statement: Statement): statement is Compiled {
  const { kind } = statement;
  return kind === "select-statement" || kind === "insert" || kind === "update" || kind === "delete";
}

function compile(connection: Connection, statement: Compiled): ProgramPlan {
  return planOf(connection, programOf(connection, statement));
}

function programOf(connection: Connection, statement: Compiled): Program {
  return compileStatement(statement, connection.compileContext());
}

/** `isVolatile`: to be made anew for every run. */
export function planOf(connection: Connection, program: Program, isVolatile = false): ProgramPlan {
  return new ProgramPlan(program, backEndOf(connection.backEnd).compile(program), isVolatile);
}

/** A query that a statement of the connection needs. */
export function compileSelect(connection: Connection, select: Select): ProgramPlan {
  return compile(connection, { kind: "select-statement", select });
}

/** An expression of a statement of the connection: what it is, given the statement's parameters. */
export function compileValue(connection: Connection, expression: Expression): (bindings: Cells) => Payload {
  const plan = compileSelect(connection, selectOf(expression));
  return (bindings) => {
    let value: Payload = null;
    const run = plan.start(connection, bindings);
    run.push((row) => {
      value = row.payloads[0]!;
      return false;
    });
    run.close();
    return value;
  };
}

function selectOf(expression: Expression): Select {
  return {
    cores: [
      {
        kind: "select",
        distinct: false,
        columns: [{ kind: "expression", expression, text: "" }],
        from: [],
        groupBy: [],
        windows: [],
        offset: -1,
      },
    ],
    operators: [],
    orderBy: [],
    offset: -1,
  };
}

/** Names and declared types of a view's columns. Throws what is wrong with the view. */
export function viewColumns(
  connection: Connection,
  database: number,
  view: View,
): readonly { readonly name: string; readonly type: string }[] {
  const everything = tableSelect(connection.databases[database]!.name, view, undefined);
  return compileSelect(connection, everything).columns.map(({ name: column, type }) => ({
    name: column,
    type: type ?? "",
  }));
}

function actionOf(
  connection: Connection,
  statement: Exclude<Statement, Compiled | { kind: "explain" }>,
  text: ParsedText,
): Action {
  const { transactions } = connection;
  switch (statement.kind) {
    case "begin":
      return control(() => transactions.begin(statement.mode));
    case "commit":
      return control(() => transactions.commit());
    case "rollback": {
      const { savepoint } = statement;
      return control(() => (savepoint === undefined ? transactions.rollback() : transactions.rollbackTo(savepoint)));
    }
    case "savepoint":
      return control(() => transactions.savepoint(statement.name));
    case "release":
      return control(() => transactions.release(statement.name));
    case "create-table":
      return createTable(connection, statement, text);
    case "create-index":
      return createIndex(connection, statement, text);
    case "create-view":
      return createView(connection, statement, text);
    case "create-trigger":
      return createTrigger(connection, statement, text);
    case "create-virtual-table":
      return {
        run() {
          throw new SqlError(`no such module: ${statement.module}`);
        },
      };
    case "drop":
      return drop(connection, statement);
    case "alter-table":
      return alterTable(connection, statement, text);
    case "pragma":
      return pragma(connection, statement);
    case "vacuum":
      return vacuum(connection, statement);
    case "analyze":
      return analyze(connection, statement);
    case "reindex":
      return reindex(connection, statement);
    case "attach":
      return attach(connection, statement);
    case "detach":
      return detach(connection, statement);
  }
}

function control(run: () => void): Action {
  return { isReadonly: true, run };
}
