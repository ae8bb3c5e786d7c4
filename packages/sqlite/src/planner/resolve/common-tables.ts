/** WITH: which common table a name means, and which of them are recursive. */
import type * as ast from "../../sql/ast.ts";
import { SqlError } from "../../errors.ts";
import { fold } from "../../schema/table.ts";
import type { CommonQuery } from "../query.ts";

/** One WITH, seen from the inside. */
export interface WithFrame {
  readonly outer: WithFrame | undefined;
  readonly tables: ReadonlyMap<string, CommonTableState>;
}

export interface CommonTableState {
  readonly definition: ast.CommonTable;
  readonly frame: WithFrame;
  readonly common: CommonQuery;
  /** While it is being expanded: what a reference to it is, in words that `: name` follows. */
  refusal: string | undefined;
}

export function pushWith(clause: ast.With | undefined, outer: WithFrame | undefined): WithFrame | undefined {
  if (clause === undefined) return outer;
  const tables = new Map<string, CommonTableState>();
  const frame: WithFrame = { outer, tables };
  for (const definition of clause.tables) {
    const common = { name: definition.name, uses: 0 };
    tables.set(fold(definition.name), { definition, frame, common, refusal: undefined });
  }
  return frame;
}

export function findCommonTable(frame: WithFrame | undefined, name: string): CommonTableState | undefined {
  const folded = fold(name);
  for (let at = frame; at !== undefined; at = at.outer) {
    const found = at.tables.get(folded);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The first core that reads the table itself, when all behind it do too and are joined alike by UNION or UNION ALL; undefined: it is not recursive. */
export function firstRecursiveCore(
  { name, select }: ast.CommonTable,
  fromOf: (core: ast.SelectCore) => readonly ast.Join[],
): number | undefined {
  const { cores, operators } = select;
  const last = operators.at(-1);
  if (last !== "UNION" && last !== "UNION ALL") return undefined;
  let first: number | undefined;
  for (let at = cores.length - 1; at > 0 && operators[at - 1] === last; at--) {
    const core = cores[at]!;
    const references = core.kind === "select" ? fromOf(core).filter((join) => isNamed(join.source, name)).length : 0;
    if (references > 1) throw new SqlError(`multiple references to recursive table: ${name}`);
    if (references === 0) break;
    first = at;
  }
  return first;
}

/** Whether a source is a table of this name and no database's. */
export function isNamed(source: ast.Source, name: string): boolean {
  return source.kind === "table" && source.schema === undefined && fold(source.name) === fold(name);
}
