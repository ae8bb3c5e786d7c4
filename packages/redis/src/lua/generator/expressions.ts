/**
 * Expressions become statements of three addresses: whatever could have an effect goes into a temporary, in Lua's order, so that an operation
 * always follows its check, and long chains of operators nest nothing.
 */
import { type Expr, type Expression, type FunctionNode, isMulti } from "../ast.ts";
import { SMALL } from "../table.ts";
import { isNumber } from "../types.ts";
import { GeneratedText, localName } from "./text.ts";

const ARITHMETIC: Readonly<Record<string, string>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "%": "mod",
  "^": "pow",
};
/** Positional items of a table constructor are stored in batches of so many (lopcodes.h, LFIELDS_PER_FLUSH). */
const ITEMS_PER_FLUSH = 50;
/** JavaScript passes arguments on its stack: so many of `...` at most. */
const MAX_SPREAD = 10_000;

export abstract class Expressions extends GeneratedText {
  /** The text of a function. */
  protected abstract functionText(node: FunctionNode): string;

  /** Text that may be used once more after others have been evaluated, whatever they do. */
  protected stable(node: Expression): string {
    const text = this.expression(node);
    const changes = node.kind === "local" && !node.upvalue && node.binding.captured && node.binding.assigned;
    return changes ? this.held(text) : text;
  }

  /** As #stable, and a name in any case: JavaScript would take the dot after a number for its own. */
  protected named(node: Expression): string {
    const text = this.stable(node);
    return /^[tL]\d+$/.test(text) ? text : this.held(text);
  }

  /** Evaluates to a name, a literal, or arithmetic on numbers that nothing changes. */
  protected expression(node: Expression): string {
    switch (node.kind) {
      case "nil":
        return "undefined";
      case "true":
      case "false":
        return node.kind;
      case "number":
        return numberLiteral(node.value);
      case "string":
        return JSON.stringify(node.value);
      case "vararg":
        return this.held("va[0]");
      case "local": {
        const name = localName(node.binding);
        return node.upvalue && node.binding.assigned ? this.held(name) : name;
      }
      case "global": {
        const cache = this.cache();
        const key = JSON.stringify(node.name);
        const held = this.temporary();
        const site = this.site(node.line);
        this.emit(
          `if(G.keys[${cache}]!==${key}||(${held}=G.vals[${cache}])===undefined){${held}=indexString(G,${key},${site});${cache}=vm.hint;}`,
        );
        return this.settle(held);
      }
      case "index": {
        const spine: Expr<"index">[] = [];
        let base: Expression = node;
        for (; base.kind === "index"; base = base.object) spine.push(base);
        let object = this.named(base);
        for (const link of spine.reverse()) object = this.#index(link, object, this.expression(link.key));
        return object;
      }
      case "call":
      case "method":
        return this.call(node, "single");
      case "function":
        return this.held(this.functionText(node.node));
      case "paren":
        return this.expression(node.inner);
      case "unary":
        return this.#unary(node);
      case "binary":
        return this.#binary(node);
      case "table":
        return this.#table(node);
    }
  }

  #index(node: Expr<"index">, object: string, key: string): string {
    if (node.key.kind === "string") return this.#field(object, key, this.site(node.line, node.object));
    const site = this.site(node.line, node.object);
    const held = this.temporary();
    const index = /^[tL]\d+$|^\d+$/.test(key) ? key : this.held(key);
    const isIndex = isNumber(node.key) ? "" : `typeof ${index}==="number"&&`;
    this.emit(
      `${held}=${object} instanceof LuaTable&&${isIndex}(${held}=${object}.arr[${index}])!==undefined?${held}:index(${object},${index},${site});`,
    );
    return this.settle(held);
  }

  #field(object: string, key: string, site: number): string {
    const cache = this.cache();
    const held = this.temporary();
    this.emit(
      `if(!(${object} instanceof LuaTable)||${object}.keys[${cache}]!==${key}||(${held}=${object}.vals[${cache}])===undefined){${held}=indexString(${object},${key},${site});${cache}=vm.hint;}`,
    );
    return this.settle(held);
  }

  #unary(node: Expr<"unary">): string {
    if (node.operator === "not") return this.held(`!(${this.condition(node.operand)})`);
    const operand = this.named(node.operand);
    if (node.operator === "-") {
      if (isNumber(node.operand)) return this.held(`-${operand}`);
      const site = this.site(node.line, node.operand);
      return this.settle(this.held(`typeof ${operand}==="number"?-${operand}:minus(${operand},${site})`));
    }
    const site = this.site(node.line, node.operand);
    return this.settle(this.held(`typeof ${operand}==="string"?${operand}.length:length(${operand},${site})`));
  }

  #binary(node: Expr<"binary">): string {
    switch (node.operator) {
      case "and":
      case "or": {
        const spine: Expr<"binary">[] = [];
        let base: Expression = node;
        for (; base.kind === "binary" && (base.operator === "and" || base.operator === "or"); base = base.left)
          spine.push(base);
        const held = this.temporary();
        this.emit(`${held}=${this.expression(base)};`);
        for (const link of spine.reverse()) {
          const truthy = `${held}!==undefined&&${held}!==false`;
          this.emit(link.operator === "and" ? `if(${truthy}){` : `if(!(${truthy})){`);
          this.emit(`${held}=${this.expression(link.right)};}`);
        }
        return held;
      }
      case "..":
        return this.#concat(node);
      case "+":
      case "-":
      case "*":
      case "/":
      case "%":
      case "^":
        return this.#arithmetic(node);
      default:
        return this.held(this.condition(node));
    }
  }

  #arithmetic(node: Expr<"binary">): string {
    const spine: Expr<"binary">[] = [];
    let base: Expression = node;
    for (; base.kind === "binary" && base.operator in ARITHMETIC; base = base.left) spine.push(base);
    let left = this.expression(base);
    let leftNumber = isNumber(base);
    for (const link of spine.reverse()) {
      const right = this.expression(link.right);
      const rightNumber = isNumber(link.right);
      const quick = quickArithmetic(link.operator, left, right);
      if (leftNumber && rightNumber) {
        left = this.held(quick);
        continue;
      }
      const guards = [leftNumber ? "" : `typeof ${left}==="number"`, rightNumber ? "" : `typeof ${right}==="number"`];
      const site = this.site(link.line, link.left, link.right);
      const slow = `arithmetic("__${ARITHMETIC[link.operator]}",${left},${right},${site})`;
      left = this.settle(this.held(`${guards.filter((guard) => guard !== "").join("&&")}?${quick}:${slow}`));
      leftNumber = false;
    }
    return left;
  }

  /** Right-associative: all operands are evaluated, then joined from the right. */
  #concat(node: Expr<"binary">): string {
    const operands: Expression[] = [];
    let rest: Expression = node;
    for (; rest.kind === "binary" && rest.operator === ".."; rest = rest.right) operands.push(rest.left);
    operands.push(rest);
    const texts = operands.map((operand) => this.stable(operand));
    let right = texts.pop()!;
    let rightNode: Expression | undefined = operands.pop();
    while (texts.length > 0) {
      const left = texts.pop()!;
      const site = this.site(node.line, operands.pop(), rightNode);
      rightNode = undefined;
      right = this.settle(this.held(`concat(${left},${right},${site})`));
    }
    return right;
  }

  /** A JavaScript condition. */
  protected condition(node: Expression): string {
    switch (node.kind) {
      case "nil":
      case "false":
        return "false";
      case "true":
      case "number":
      case "string":
      case "function":
        return "true";
      case "paren":
        if (!isMulti(node.inner)) return this.condition(node.inner);
        break;
      case "unary":
        if (node.operator === "not") return `!(${this.condition(node.operand)})`;
        break;
      case "binary":
        if (node.operator === "and" || node.operator === "or") return this.#logicalCondition(node);
        if (node.operator === "==" || node.operator === "~=") {
          const equal = this.#equality(node);
          return node.operator === "==" ? equal : `!(${equal})`;
        }
        if (node.operator in COMPARISONS) return this.#comparison(node);
        break;
      default:
    }
    const text = this.expression(node);
    return isNumber(node) ? "true" : `(${text}!==undefined&&${text}!==false)`;
  }

  #logicalCondition(node: Expr<"binary">): string {
    const spine: Expr<"binary">[] = [];
    let base: Expression = node;
    for (; base.kind === "binary" && (base.operator === "and" || base.operator === "or"); base = base.left)
      spine.push(base);
    let text = this.condition(base);
    spine.reverse().forEach((link, at) => {
      let right = "";
      const before = this.apart(() => (right = this.condition(link.right)));
      if (before === "" && at < 20) {
        text = `(${text}${link.operator === "and" ? "&&" : "||"}${right})`;
        return;
      }
      const held = this.held(text);
      this.emit(`if(${link.operator === "and" ? "" : "!"}${held}){${before}${held}=${right};}`);
      text = held;
    });
    return text;
  }

  #equality(node: Expr<"binary">): string {
    const left = this.expression(node.left);
    const right = this.expression(node.right);
    if (isPlain(node.left) || isPlain(node.right)) return `(${left}===${right})`;
    const held = this.held(
      `${left}===${right}||${left} instanceof LuaTable&&${right} instanceof LuaTable&&equal(${left},${right})`,
    );
    if (this.full) this.emit(`if(${held} instanceof Activation)${held}=isTruthy(first(yield ${held}));`);
    return held;
  }

  #comparison(node: Expr<"binary">): string {
    const left = this.expression(node.left);
    const right = this.expression(node.right);
    const { operator } = node;
    const quick = `${left}${operator}${right}`;
    const guards = [
      isNumber(node.left) ? "" : `typeof ${left}==="number"`,
      isNumber(node.right) ? "" : `typeof ${right}==="number"`,
    ];
    const guard = guards.filter((text) => text !== "").join("&&");
    if (guard === "") return `(${quick})`;
    const [slow, swapped] = COMPARISONS[operator]!;
    const site = this.site(node.line);
    const operands = swapped ? `${right},${left}` : `${left},${right}`;
    const held = this.held(`${guard}?${quick}:${slow}(${operands},${site})`);
    if (this.full) this.emit(`if(${held} instanceof Activation)${held}=isTruthy(first(yield ${held}));`);
    return held;
  }

  #table(node: Expr<"table">): string {
    const { items } = node;
    if (items.length === 0) return this.held("new LuaTable()");
    const positional = items.filter((item) => item.kind === "positional").length;
    const keyed = items.length - positional;
    const last = items.at(-1)!;
    const lastIsMulti = last.kind === "positional" && isMulti(last.value);
    const names = items.map((item) =>
      item.kind === "keyed" && item.key.kind === "string" ? item.key.value : undefined,
    );
    if (
      positional === 0 &&
      items.length <= SMALL &&
      !names.includes(undefined) &&
      new Set(names).size === names.length
    ) {
      const values = items.map((item) => this.stable(item.value));
      return this.held(
        `LuaTable.ofFields([${names.map((name) => JSON.stringify(name)).join(",")}],[${values.join(",")}])`,
      );
    }
    if (keyed === 0 && !lastIsMulti && items.length < 16) {
      const values = items.map((item) => this.stable(item.value));
      return this.held(`LuaTable.ofArray([undefined,${values.join(",")}])`);
    }
    const table = this.held(`new LuaTable(${roundedSize(positional - (lastIsMulti ? 1 : 0))},${roundedSize(keyed)})`);
    let pending: string[] = [];
    let stored = 0;
    const outer = this.temporaries;
    const flush = (tail = ""): void => {
      if (pending.length > 0 || tail !== "")
        this.emit(`storeItems(${table},${stored},[${[...pending, tail].filter((text) => text !== "").join(",")}]);`);
      stored += pending.length;
      pending = [];
      this.temporaries = outer;
    };
    for (const item of items) {
      if (item.kind === "keyed") {
        const before = this.temporaries;
        const key = this.stable(item.key);
        const value = this.stable(item.value);
        this.emit(`storeField(${table},${key},${value},${this.site(item.line)});`);
        this.temporaries = before;
      } else if (item === last && lastIsMulti) flush(`...${this.valueList(item.value)}`);
      else {
        pending.push(this.stable(item.value));
        if (pending.length === ITEMS_PER_FLUSH) flush();
      }
    }
    flush();
    return table;
  }

  // Several values

  /** The text of arguments or results, comma-separated; the last expression gives all its values, checked to be not too many. */
  protected argumentList(values: readonly Expression[], site: number): string {
    const text = (value: Expression, at: number): string => {
      if (at < values.length - 1 || !isMulti(value)) return this.stable(value);
      const all = this.valueList(value);
      this.emit(`if(${all}.length>${MAX_SPREAD})tooManyValues(${site});`);
      return `...${all}`;
    };
    return values.map(text).join(",");
  }

  /** A name for the array of all the expression's values. */
  protected valueList(node: Expression): string {
    return node.kind === "vararg" ? "va" : this.held(`list(${this.allValues(node)})`);
  }

  /** All values: one as it is, or an array. */
  protected allValues(node: Expression): string {
    if (node.kind === "call" || node.kind === "method") return this.call(node, "multi");
    return node.kind === "vararg" ? "va" : this.expression(node);
  }

  protected call(node: Expr<"call"> | Expr<"method">, use: "single" | "multi" | "tail"): string {
    let callee: string;
    let args: string;
    let site: number;
    if (node.kind === "method") {
      const object = this.named(node.object);
      site = this.sites.add(node.line, { what: "method", name: node.name });
      callee = this.#field(object, JSON.stringify(node.name), this.site(node.line, node.object));
      const rest = this.argumentList(node.arguments, site);
      args = rest === "" ? object : `${object},${rest}`;
    } else {
      callee = this.stable(node.callee);
      site = this.site(node.line, node.callee);
      args = this.argumentList(node.arguments, site);
    }
    if (!isSurelyFunction(node))
      callee = this.held(`typeof ${callee}==="function"?${callee}:callable(${callee},${site})`);
    this.emit(`vm.site=${site};`);
    if (use === "tail" && this.full) return `${callee}(${args})`;
    const held = this.held(`${callee}(${args})`);
    if (this.full) this.emit(`if(${held} instanceof Activation)${held}=yield ${held};`);
    if (use === "single") this.emit(`if(${held} instanceof Array)${held}=${held}[0];`);
    return held;
  }
}

/** The slow half, and whether it takes the operands in the other order. */
const COMPARISONS: Readonly<Record<string, readonly [string, boolean]>> = {
  "<": ["lessThan", false],
  "<=": ["lessEqual", false],
  ">": ["lessThan", true],
  ">=": ["lessEqual", true],
};

function numberLiteral(value: number): string {
  if (Object.is(value, -0)) return "(-0)";
  if (value === Infinity) return "Infinity";
  if (value === -Infinity) return "(-Infinity)";
  return value < 0 ? `(${value})` : String(value);
}

function quickArithmetic(operator: string, left: string, right: string): string {
  if (operator === "%") return `${left}-Math.floor(${left}/${right})*${right}`;
  return operator === "^" ? `power(${left},${right})` : `${left}${operator}${right}`;
}

/** Values that `===` compares as Lua does, whatever the other side is: no table among them. */
function isPlain(node: Expression): boolean {
  return ["nil", "true", "false", "number", "string"].includes(node.kind) || isNumber(node);
}

function isSurelyFunction(node: Expr<"call"> | Expr<"method">): boolean {
  if (node.kind !== "call" || node.callee.kind !== "local") return false;
  const { binding } = node.callee;
  const [value] = binding.values;
  return binding.values.length === 1 && typeof value === "object" && value?.kind === "function";
}

/** Sizes in constructors are stored as "floating point bytes" (lobject.c, luaO_int2fb), rounded up. */
function roundedSize(size: number): number {
  let mantissa = size;
  let exponent = 0;
  while (mantissa >= 16) {
    mantissa = (mantissa + 1) >> 1;
    exponent++;
  }
  return mantissa * 2 ** exponent;
}
