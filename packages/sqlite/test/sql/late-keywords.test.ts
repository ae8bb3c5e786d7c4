/** FILTER and OVER are keywords right behind a parenthesis only, wherever in a long text that is. */
import { expect, test } from "vitest";
import { parseStatement } from "../../src/sql/parser/parse.ts";

test.each(Array.from({ length: 70 }, (_, terms) => terms))("FILTER is a keyword behind %i terms more", (terms) => {
  const list = Array.from({ length: terms }, () => "a").join("+");
  const sql = `SELECT ${list === "" ? "a" : list}, count(*) FILTER (WHERE b) FROM t`;
  expect(parseStatement(sql).statement).toMatchObject({
    kind: "select-statement",
    select: { cores: [{ columns: [{}, { expression: { kind: "call", filter: { name: "b" } } }] }] },
  });
});
