/** Tokens: what the scanner makes of the text. */

/** The names are the book's, because `tokenize` prints them. */
export type TokenType =
  | "LEFT_PAREN"
  | "RIGHT_PAREN"
  | "LEFT_BRACE"
  | "RIGHT_BRACE"
  | "COMMA"
  | "DOT"
  | "MINUS"
  | "PLUS"
  | "SEMICOLON"
  | "SLASH"
  | "STAR"
  | "BANG"
  | "BANG_EQUAL"
  | "EQUAL"
  | "EQUAL_EQUAL"
  | "GREATER"
  | "GREATER_EQUAL"
  | "LESS"
  | "LESS_EQUAL"
  | "IDENTIFIER"
  | "STRING"
  | "NUMBER"
  | "AND"
  | "CLASS"
  | "ELSE"
  | "FALSE"
  | "FOR"
  | "FUN"
  | "IF"
  | "NIL"
  | "OR"
  | "PRINT"
  | "RETURN"
  | "SUPER"
  | "THIS"
  | "TRUE"
  | "VAR"
  | "WHILE"
  | "EOF"
  /** Text that is no token; `literal` holds the message. */
  | "ERROR";

export interface Token {
  readonly type: TokenType;
  /** The token's text; empty for `EOF`. */
  readonly lexeme: string;
  /** A string's content, a number's value, an error's message; otherwise null. */
  readonly literal: string | number | null;
  /** Counted from 1: the line on which the token ends (a string may span lines). */
  readonly line: number;
  /** Offset of the first character, in UTF-16 units. */
  readonly start: number;
}

/** A comment, which no token is; kept for tools that print the program again. */
export interface Comment {
  /** Offsets of `//` and of the line's end. */
  readonly start: number;
  readonly end: number;
}

/** Where the token ends: offset of the first character behind it. */
export function tokenEnd(token: Token): number {
  return token.start + token.lexeme.length;
}

/** A `Map`, because `constructor` and `__proto__` are ordinary names. */
export const KEYWORDS: ReadonlyMap<string, TokenType> = new Map<string, TokenType>([
  ["and", "AND"],
  ["class", "CLASS"],
  ["else", "ELSE"],
  ["false", "FALSE"],
  ["for", "FOR"],
  ["fun", "FUN"],
  ["if", "IF"],
  ["nil", "NIL"],
  ["or", "OR"],
  ["print", "PRINT"],
  ["return", "RETURN"],
  ["super", "SUPER"],
  ["this", "THIS"],
  ["true", "TRUE"],
  ["var", "VAR"],
  ["while", "WHILE"],
]);
