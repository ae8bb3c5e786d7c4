/**
 * Expressions as S-expressions, in the form of the book's `AstPrinter` (Crafting Interpreters, §5.4), carried on to
 * the expressions of its later chapters: `(+ 1.0 (group 2.0))`, `(= a 1.0)`, `(call f x)`, `(. object name)`.
 */
import { javaDoubleText } from "../values/number-text.ts";
import type { Expression } from "./ast.ts";

/** Never fails; where the source had no expression there stands `(missing)`. */
export function printExpression(node: Expression): string {
  switch (node.kind) {
    case "literal":
      return typeof node.value === "number" ? javaDoubleText(node.value) : String(node.value ?? "nil");
    case "grouping":
      return list("group", node.expression);
    case "unary":
      return list(node.operator, node.operand);
    case "variable":
      return node.name.lexeme;
    case "assign":
      return `(= ${node.name.lexeme} ${printExpression(node.value)})`;
    case "set":
      return `(= ${printProperty(node.object, node.name.lexeme)} ${printExpression(node.value)})`;
    case "this":
      return "this";
    case "super":
      return `(. super ${node.method.lexeme})`;
    case "missing":
      return "(missing)";
    case "binary":
    case "logical":
    case "call":
    case "get":
      return printChain(node);
  }
}

function list(head: string, ...items: readonly Expression[]): string {
  return `(${[head, ...items.map(printExpression)].join(" ")})`;
}

function printProperty(object: Expression, name: string): string {
  return `(. ${printExpression(object)} ${name})`;
}

/**
 * Operators, calls and properties lean to the left, and as far as the parser's `MAX_CHAIN`: the chain is walked in a loop, and
 * only what stands on the right of each link is nested.
 */
function printChain(node: Expression): string {
  const heads: string[] = [];
  const tails: string[] = [];
  let left = node;
  for (;;) {
    if (left.kind === "binary" || left.kind === "logical") {
      heads.push(`(${left.operator} `);
      tails.push(` ${printExpression(left.right)})`);
      left = left.left;
    } else if (left.kind === "call") {
      heads.push("(call ");
      tails.push(`${left.arguments.map((argument) => ` ${printExpression(argument)}`).join("")})`);
      left = left.callee;
    } else if (left.kind === "get") {
      heads.push("(. ");
      tails.push(` ${left.name.lexeme})`);
      left = left.object;
    } else {
      return heads.join("") + printExpression(left) + tails.toReversed().join("");
    }
  }
}
