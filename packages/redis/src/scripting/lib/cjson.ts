/** lua-cjson 2.1.0 as Redis ships it: JSON to and from Lua's values, byte for byte and message for message. */
import { type LuaFunction, type LuaState, LuaTable, LuaUserdata, type LuaValue } from "../../lua/lua.ts";
import { formatGeneral, numberText } from "../../lua/numbers.ts";
import { typeName } from "../../lua/vm.ts";

/** `cjson.null`: a light userdata that is NULL. */
export const CJSON_NULL: LuaUserdata = new LuaUserdata("userdata: (nil)");

/** What the functions encode_… and decode_… of one module set. */
export interface CjsonSettings {
  sparseConvert: boolean;
  sparseRatio: number;
  sparseSafe: number;
  encodeMaxDepth: number;
  decodeMaxDepth: number;
  /** Significant digits. */
  numberPrecision: number;
  keepBuffer: boolean;
  encodeInvalidNumbers: "off" | "on" | "null";
  decodeInvalidNumbers: "off" | "on";
}

/** A module's settings as they are in the beginning. */
export function cjsonDefaults(): CjsonSettings {
  return {
    sparseConvert: false,
    sparseRatio: 2,
    sparseSafe: 10,
    encodeMaxDepth: 1000,
    decodeMaxDepth: 1000,
    numberPrecision: 14,
    keepBuffer: true,
    encodeInvalidNumbers: "off",
    decodeInvalidNumbers: "on",
  };
}

/** Each field by its name: this is done for every script. */
export function copySettings(from: Readonly<CjsonSettings>, to: CjsonSettings): void {
  to.sparseConvert = from.sparseConvert;
  to.sparseRatio = from.sparseRatio;
  to.sparseSafe = from.sparseSafe;
  to.encodeMaxDepth = from.encodeMaxDepth;
  to.decodeMaxDepth = from.decodeMaxDepth;
  to.numberPrecision = from.numberPrecision;
  to.keepBuffer = from.keepBuffer;
  to.encodeInvalidNumbers = from.encodeInvalidNumbers;
  to.decodeInvalidNumbers = from.decodeInvalidNumbers;
}

const MAX_INT = 2147483647;
const ESCAPED = /[\0-\x1f"\\/\x7f]/;
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "/": "\\/",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** The library's table. `settings` outlive a script, as the original's do, unless the host resets them. */
export function createCjson(state: LuaState, settings: CjsonSettings = cjsonDefaults()): LuaTable {
  const { vm } = state;
  const library = new LuaTable();
  const define = (
    name: string,
    arity: number,
    body: (args: readonly LuaValue[]) => LuaValue | readonly LuaValue[],
  ): void => {
    const checked: LuaFunction = (...args) => {
      if (args.length > arity) throw vm.argumentError(arity + 1, "found too many arguments");
      return body(args);
    };
    library.setString(name, checked);
  };
  const one = (args: readonly LuaValue[]): void => {
    if (args.length !== 1) throw vm.argumentError(1, "expected 1 argument");
  };
  const integer = (args: readonly LuaValue[], at: number, low: number, high: number, now: number): number => {
    if (args[at] === undefined) return now;
    const value = vm.integer(args, at);
    if (value < low || value > high) {
      // Whichever argument it is, the original blames the first.
      throw vm.argumentError(1, `expected integer between ${low} and ${high}`);
    }
    return value;
  };
  const choice = <Option extends string>(
    args: readonly LuaValue[],
    at: number,
    options: readonly Option[],
    now: Option,
  ): Option => {
    const value = args[at];
    if (value === undefined) return now;
    if (typeof value === "boolean") return options[value ? 1 : 0]!;
    const text = vm.string(args, at);
    const found = options.find((option) => option === text);
    if (found === undefined) throw vm.argumentError(at + 1, `invalid option '${text}'`);
    return found;
  };
  const asValue = (option: "off" | "on" | "null"): LuaValue => (option === "null" ? option : option === "on");
  const switches = ["off", "on"] as const;

  library.setString("encode", (...args) => {
    one(args);
    return encode(state, settings, args[0]);
  });
  library.setString("decode", (...args) => {
    one(args);
    const text = vm.string(args, 0);
    vm.charge(text.length >>> 4);
    return new JsonReader(state, settings, text).document();
  });
  define("encode_sparse_array", 3, (args) => {
    settings.sparseConvert = choice(args, 0, switches, settings.sparseConvert ? "on" : "off") === "on";
    settings.sparseRatio = integer(args, 1, 0, MAX_INT, settings.sparseRatio);
    settings.sparseSafe = integer(args, 2, 0, MAX_INT, settings.sparseSafe);
    return [settings.sparseConvert, settings.sparseRatio, settings.sparseSafe];
  });
  define(
    "encode_max_depth",
    1,
    (args) => (settings.encodeMaxDepth = integer(args, 0, 1, MAX_INT, settings.encodeMaxDepth)),
  );
  define(
    "decode_max_depth",
    1,
    (args) => (settings.decodeMaxDepth = integer(args, 0, 1, MAX_INT, settings.decodeMaxDepth)),
  );
  define(
    "encode_number_precision",
    1,
    (args) => (settings.numberPrecision = integer(args, 0, 1, 14, settings.numberPrecision)),
  );
  define("encode_keep_buffer", 1, (args) => {
    settings.keepBuffer = choice(args, 0, switches, settings.keepBuffer ? "on" : "off") === "on";
    return settings.keepBuffer;
  });
  define("encode_invalid_numbers", 1, (args) => {
    settings.encodeInvalidNumbers = choice(args, 0, ["off", "on", "null"], settings.encodeInvalidNumbers);
    return asValue(settings.encodeInvalidNumbers);
  });
  define("decode_invalid_numbers", 1, (args) => {
    settings.decodeInvalidNumbers = choice(args, 0, switches, settings.decodeInvalidNumbers);
    return asValue(settings.decodeInvalidNumbers);
  });
  library.setString("new", () => createCjson(state));
  library.setString("null", CJSON_NULL);
  library.setString("_NAME", "cjson");
  library.setString("_VERSION", "2.1.0");
  return library;
}

function quoted(text: string): string {
  if (!ESCAPED.test(text)) return `"${text}"`;
  const escaped = text.replace(
    /[\0-\x1f"\\/\x7f]/g,
    (char) => SHORT_ESCAPES[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `"${escaped}"`;
}

/** JavaScript's stack bears so many levels on top of a script's; the original's setting may ask for more. */
const MAX_RECURSION = 2_000;

function encode(state: LuaState, settings: CjsonSettings, root: LuaValue): string {
  const { vm } = state;
  let bytes = 0;
  const refuse = (value: LuaValue, why: string): Error => vm.error(`Cannot serialise ${typeName(value)}: ${why}`);

  const number = (value: number): string => {
    if (!Number.isFinite(value) && settings.encodeInvalidNumbers !== "on") {
      if (settings.encodeInvalidNumbers === "null") return "null";
      throw refuse(value, "must not be NaN or Inf");
    }
    if (Number.isNaN(value)) return "nan";
    return settings.numberPrecision === 14 ? numberText(value) : formatGeneral(value, settings.numberPrecision);
  };

  /** The highest index, where all keys are positive integers and not too far apart; else -1. */
  const arrayLength = (table: LuaTable): number => {
    let most = 0;
    let items = 0;
    for (let at = table.advance(0); at > 0; at = table.advance(at)) {
      const key = table.keyAt(at);
      if (typeof key !== "number" || key < 1 || key !== Math.floor(key)) return -1;
      if (key > most) most = key;
      items++;
    }
    const { sparseRatio, sparseSafe } = settings;
    if (sparseRatio > 0 && most > items * sparseRatio && most > sparseSafe) {
      if (!settings.sparseConvert) throw refuse(table, "excessively sparse array");
      return -1;
    }
    return most;
  };

  const value = (item: LuaValue, depth: number): string => {
    const text = plain(item, depth);
    bytes += text.length;
    if ((bytes & 0xfff) < text.length) vm.checkLength(text.length);
    return text;
  };

  const plain = (item: LuaValue, depth: number): string => {
    switch (typeof item) {
      case "string":
        return quoted(item);
      case "number":
        return number(item);
      case "boolean":
        return String(item);
      case "undefined":
        return "null";
      default:
    }
    if (item === CJSON_NULL) return "null";
    if (!(item instanceof LuaTable)) throw refuse(item, "type not supported");
    const deeper = depth + 1;
    if (deeper > Math.min(settings.encodeMaxDepth, MAX_RECURSION)) {
      throw vm.error(`Cannot serialise, excessive nesting (${deeper})`);
    }
    vm.charge(1);
    const length = arrayLength(item);
    const parts: string[] = [];
    if (length > 0) {
      vm.checkLength(length * 2);
      for (let at = 1; at <= length; at++) parts.push(value(item.getNumber(at), deeper));
      return `[${parts.join(",")}]`;
    }
    for (let at = item.advance(0); at > 0; at = item.advance(at)) {
      const key = item.keyAt(at);
      if (typeof key !== "number" && typeof key !== "string") throw refuse(key, "table key must be a number or string");
      const name = typeof key === "number" ? `"${number(key)}"` : quoted(key);
      parts.push(`${name}:${value(item.valueAt(at), deeper)}`);
    }
    return `{${parts.join(",")}}`;
  };
  return value(root, 0);
}

interface Token {
  readonly type: string;
  /** Offset from 0. */
  readonly at: number;
  readonly value: LuaValue;
}

const PUNCTUATION: Readonly<Record<string, string>> = {
  "{": "T_OBJ_BEGIN",
  "}": "T_OBJ_END",
  "[": "T_ARR_BEGIN",
  "]": "T_ARR_END",
  ":": "T_COLON",
  ",": "T_COMMA",
};
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};
const UNUSUAL_NUMBER = /\+|-?(?:0[xX\d]|[iI][nN][fF]|[nN][aA][nN])/y;
/** What strtod reads. */
const NUMBER =
  /[+-]?(?:0[xX](?:[\da-fA-F]+\.?[\da-fA-F]*|\.[\da-fA-F]+)(?:[pP][+-]?\d+)?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?|nan(?:\(\w*\))?)/iy;
const PLAIN_TEXT = /[^"\\\0]*/y;

class JsonReader {
  readonly #vm: LuaState["vm"];
  readonly #settings: CjsonSettings;
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(state: LuaState, settings: CjsonSettings, text: string) {
    this.#vm = state.vm;
    this.#settings = settings;
    this.#text = text;
  }

  document(): LuaValue {
    if (this.#text.length >= 2 && (this.#text[0] === "\0" || this.#text[1] === "\0")) {
      throw this.#vm.error("JSON parser does not support UTF-16 or UTF-32");
    }
    const value = this.#value(this.#next());
    const end = this.#next();
    if (end.type !== "T_END") this.#expected("the end", end);
    return value;
  }

  #expected(what: string, found: Token): never {
    const name = found.type === "T_ERROR" ? (found.value as string) : found.type;
    throw this.#vm.error(`Expected ${what} but found ${name} at character ${found.at + 1}`);
  }

  #value(token: Token): LuaValue {
    switch (token.type) {
      case "T_STRING":
      case "T_NUMBER":
      case "T_BOOLEAN":
      case "T_NULL":
        return token.value;
      case "T_OBJ_BEGIN":
        return this.#object();
      case "T_ARR_BEGIN":
        return this.#array();
      default:
        return this.#expected("value", token);
    }
  }

  #descend(): void {
    if (++this.#depth > Math.min(this.#settings.decodeMaxDepth, MAX_RECURSION)) {
      throw this.#vm.error(`Found too many nested data structures (${this.#depth}) at character ${this.#at}`);
    }
  }

  #object(): LuaTable {
    this.#descend();
    const table = new LuaTable();
    let token = this.#next();
    while (token.type !== "T_OBJ_END") {
      if (token.type !== "T_STRING") this.#expected("object key string", token);
      const key = token.value as string;
      token = this.#next();
      if (token.type !== "T_COLON") this.#expected("colon", token);
      table.setString(key, this.#value(this.#next()));
      token = this.#next();
      if (token.type === "T_OBJ_END") break;
      if (token.type !== "T_COMMA") this.#expected("comma or object end", token);
      token = this.#next();
      if (token.type === "T_OBJ_END") this.#expected("object key string", token);
    }
    this.#depth--;
    return table;
  }

  #array(): LuaTable {
    this.#descend();
    const slots: LuaValue[] = [undefined];
    let token = this.#next();
    while (token.type !== "T_ARR_END") {
      slots.push(this.#value(token));
      token = this.#next();
      if (token.type === "T_ARR_END") break;
      if (token.type !== "T_COMMA") this.#expected("comma or array end", token);
      token = this.#next();
      if (token.type === "T_ARR_END") this.#expected("value", token);
    }
    this.#depth--;
    return LuaTable.ofArray(slots);
  }

  #next(): Token {
    const text = this.#text;
    let char = text[this.#at];
    while (char === " " || char === "\t" || char === "\n" || char === "\r") char = text[++this.#at];
    const at = this.#at;
    if (char === undefined || char === "\0") return { type: "T_END", at, value: undefined };
    const type = PUNCTUATION[char];
    if (type !== undefined) {
      this.#at++;
      return { type, at, value: undefined };
    }
    if (char === '"') return this.#string();
    if (char === "-" || (char >= "0" && char <= "9")) {
      if (this.#settings.decodeInvalidNumbers === "off" && this.#isUnusual()) return this.#error("invalid number");
      return this.#number();
    }
    for (const [word, type, value] of WORDS) {
      if (!text.startsWith(word, at)) continue;
      this.#at += word.length;
      return { type, at, value };
    }
    if (this.#settings.decodeInvalidNumbers === "on" && this.#isUnusual()) return this.#number();
    return this.#error("invalid token");
  }

  #error(what: string): Token {
    return { type: "T_ERROR", at: this.#at, value: what };
  }

  #isUnusual(): boolean {
    UNUSUAL_NUMBER.lastIndex = this.#at;
    return UNUSUAL_NUMBER.test(this.#text);
  }

  #number(): Token {
    NUMBER.lastIndex = this.#at;
    const found = NUMBER.exec(this.#text);
    if (found === null) return this.#error("invalid number");
    const at = this.#at;
    this.#at += found[0].length;
    return { type: "T_NUMBER", at, value: this.#vm.number([found[0]], 0) };
  }

  #string(): Token {
    const text = this.#text;
    const at = this.#at++;
    let value = "";
    for (;;) {
      PLAIN_TEXT.lastIndex = this.#at;
      const plain = PLAIN_TEXT.exec(text)![0];
      value += plain;
      this.#at += plain.length;
      const char = text[this.#at];
      if (char === '"') break;
      if (char !== "\\") return this.#error("unexpected end of string");
      const escaped = text[this.#at + 1] ?? "";
      if (escaped === "u") {
        const bytes = this.#unicode();
        if (bytes === undefined) return this.#error("invalid unicode escape code");
        value += bytes;
      } else {
        const meant = ESCAPES[escaped];
        if (meant === undefined) return this.#error("invalid escape code");
        value += meant;
        this.#at += 2;
      }
    }
    this.#at++;
    return { type: "T_STRING", at, value };
  }

  /** The UTF-8 bytes of `\uXXXX`, or of a surrogate pair; undefined when it is neither. */
  #unicode(): string | undefined {
    const high = this.#hex(this.#at + 2);
    if (high === undefined || (high & 0xfc00) === 0xdc00) return undefined;
    if ((high & 0xfc00) !== 0xd800) {
      this.#at += 6;
      return utf8(high);
    }
    if (!this.#text.startsWith("\\u", this.#at + 6)) return undefined;
    const low = this.#hex(this.#at + 8);
    if (low === undefined || (low & 0xfc00) !== 0xdc00) return undefined;
    this.#at += 12;
    return utf8(0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff));
  }

  #hex(at: number): number | undefined {
    const digits = this.#text.slice(at, at + 4);
    return /^[\da-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : undefined;
  }
}

const WORDS: readonly (readonly [string, string, LuaValue])[] = [
  ["true", "T_BOOLEAN", true],
  ["false", "T_BOOLEAN", false],
  ["null", "T_NULL", CJSON_NULL],
];

function utf8(code: number): string {
  if (code < 0x80) return String.fromCharCode(code);
  if (code < 0x800) return String.fromCharCode(0xc0 | (code >> 6), 0x80 | (code & 63));
  if (code < 0x10000) return String.fromCharCode(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  return String.fromCharCode(
    0xf0 | (code >> 18),
    0x80 | ((code >> 12) & 63),
    0x80 | ((code >> 6) & 63),
    0x80 | (code & 63),
  );
}
