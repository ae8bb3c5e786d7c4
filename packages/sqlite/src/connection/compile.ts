/** Statements → plans: queries and changes of rows are compiled, and everything else the connection does itself. */
import { SqlError } from "../errors.ts";
import type { Statement } from "../sql/ast.ts";
import { ActionPlan } from "./action-plan.ts";
import type { Connection } from "./connection.ts";
import type { Action, Plan } from "./plan.ts";
import type { ParsedText } from "./prepared-statement.ts";

/** Throws SqliteError: what is wrong with the statement, as far as the schema tells. */
export function planStatement(connection: Connection, text: ParsedText): Plan {
  return new ActionPlan(actionOf(connection, text.statement));
}

function actionOf(connection: Connection, statement: Statement): Action {
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
    default:
      throw new SqlError(`${statement.kind} is not supported yet`);
  }
}

function control(run: () => void): Action {
  return { isReadonly: true, run };
}
