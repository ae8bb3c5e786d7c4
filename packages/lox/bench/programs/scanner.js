const SIZE = 40000;
class Char {
  constructor(text, code, next) {
    this.text = text;
    this.code = code;
    this.next = next;
  }
}
class Source {
  constructor() {
    this.first = null;
    this.last = null;
  }
  add(text, code) {
    const char = new Char(text, code, null);
    if (this.last === null) this.first = char;
    else this.last.next = char;
    this.last = char;
    return this;
  }
}
const isDigit = (code) => code >= 48 && code <= 57;
const isAlpha = (code) => (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;
class Scanner {
  constructor(source) {
    this.current = source.first;
    this.tokens = 0;
    this.keywords = 0;
    this.numbers = 0;
  }
  scan() {
    while (this.current !== null) {
      const code = this.current.code;
      if (code === 32) this.current = this.current.next;
      else if (isAlpha(code)) this.word();
      else if (isDigit(code)) this.number();
      else this.operator();
    }
    return this.tokens + this.keywords * 7 + this.numbers * 3;
  }
  word() {
    let text = "";
    while (this.current !== null && (isAlpha(this.current.code) || isDigit(this.current.code))) {
      text = text + this.current.text;
      this.current = this.current.next;
    }
    if (this.isKeyword(text)) this.keywords++;
    this.tokens++;
  }
  isKeyword(text) {
    return (
      text === "and" ||
      text === "class" ||
      text === "else" ||
      text === "false" ||
      text === "for" ||
      text === "fun" ||
      text === "if" ||
      text === "nil" ||
      text === "or" ||
      text === "print" ||
      text === "return" ||
      text === "super" ||
      text === "this" ||
      text === "true" ||
      text === "var" ||
      text === "while"
    );
  }
  number() {
    let value = 0;
    while (this.current !== null && (isDigit(this.current.code) || this.current.code === 46)) {
      value = value * 10 + this.current.code - 48;
      this.current = this.current.next;
    }
    this.numbers++;
    if (value > 0) this.tokens++;
  }
  operator() {
    const code = this.current.code;
    this.current = this.current.next;
    const pairs = code === 33 || code === 60 || code === 61 || code === 62;
    if (pairs && this.current !== null && this.current.code === 61) this.current = this.current.next;
    this.tokens++;
  }
}
const source = new Source();
source.add("f", 102);
source.add("u", 117);
source.add("n", 110);
source.add(" ", 32);
source.add("a", 97);
source.add("r", 114);
source.add("e", 101);
source.add("a", 97);
source.add("(", 40);
source.add("w", 119);
source.add("i", 105);
source.add("d", 100);
source.add("t", 116);
source.add("h", 104);
source.add(",", 44);
source.add(" ", 32);
source.add("h", 104);
source.add("e", 101);
source.add("i", 105);
source.add("g", 103);
source.add("h", 104);
source.add("t", 116);
source.add(")", 41);
source.add(" ", 32);
source.add("{", 123);
source.add(" ", 32);
source.add("v", 118);
source.add("a", 97);
source.add("r", 114);
source.add(" ", 32);
source.add("t", 116);
source.add("o", 111);
source.add("t", 116);
source.add("a", 97);
source.add("l", 108);
source.add(" ", 32);
source.add("=", 61);
source.add(" ", 32);
source.add("w", 119);
source.add("i", 105);
source.add("d", 100);
source.add("t", 116);
source.add("h", 104);
source.add(" ", 32);
source.add("*", 42);
source.add(" ", 32);
source.add("h", 104);
source.add("e", 101);
source.add("i", 105);
source.add("g", 103);
source.add("h", 104);
source.add("t", 116);
source.add(";", 59);
source.add(" ", 32);
source.add("i", 105);
source.add("f", 102);
source.add(" ", 32);
source.add("(", 40);
source.add("t", 116);
source.add("o", 111);
source.add("t", 116);
source.add("a", 97);
source.add("l", 108);
source.add(" ", 32);
source.add(">", 62);
source.add("=", 61);
source.add(" ", 32);
source.add("1", 49);
source.add("0", 48);
source.add("0", 48);
source.add(")", 41);
source.add(" ", 32);
source.add("{", 123);
source.add(" ", 32);
source.add("p", 112);
source.add("r", 114);
source.add("i", 105);
source.add("n", 110);
source.add("t", 116);
source.add(" ", 32);
source.add("l", 108);
source.add("a", 97);
source.add("r", 114);
source.add("g", 103);
source.add("e", 101);
source.add(";", 59);
source.add(" ", 32);
source.add("r", 114);
source.add("e", 101);
source.add("t", 116);
source.add("u", 117);
source.add("r", 114);
source.add("n", 110);
source.add(" ", 32);
source.add("t", 116);
source.add("o", 111);
source.add("t", 116);
source.add("a", 97);
source.add("l", 108);
source.add(";", 59);
source.add(" ", 32);
source.add("}", 125);
source.add(" ", 32);
source.add("r", 114);
source.add("e", 101);
source.add("t", 116);
source.add("u", 117);
source.add("r", 114);
source.add("n", 110);
source.add(" ", 32);
source.add("0", 48);
source.add(";", 59);
source.add(" ", 32);
source.add("}", 125);
source.add(" ", 32);
source.add("c", 99);
source.add("l", 108);
source.add("a", 97);
source.add("s", 115);
source.add("s", 115);
source.add(" ", 32);
source.add("S", 83);
source.add("h", 104);
source.add("a", 97);
source.add("p", 112);
source.add("e", 101);
source.add(" ", 32);
source.add("<", 60);
source.add(" ", 32);
source.add("B", 66);
source.add("a", 97);
source.add("s", 115);
source.add("e", 101);
source.add(" ", 32);
source.add("{", 123);
source.add(" ", 32);
source.add("i", 105);
source.add("n", 110);
source.add("i", 105);
source.add("t", 116);
source.add("(", 40);
source.add("n", 110);
source.add(")", 41);
source.add(" ", 32);
source.add("{", 123);
source.add(" ", 32);
source.add("t", 116);
source.add("h", 104);
source.add("i", 105);
source.add("s", 115);
source.add(".", 46);
source.add("n", 110);
source.add(" ", 32);
source.add("=", 61);
source.add(" ", 32);
source.add("n", 110);
source.add(";", 59);
source.add(" ", 32);
source.add("}", 125);
source.add(" ", 32);
source.add("}", 125);
source.add(" ", 32);
source.add("w", 119);
source.add("h", 104);
source.add("i", 105);
source.add("l", 108);
source.add("e", 101);
source.add(" ", 32);
source.add("(", 40);
source.add("x", 120);
source.add(" ", 32);
source.add("!", 33);
source.add("=", 61);
source.add(" ", 32);
source.add("1", 49);
source.add("2", 50);
source.add(")", 41);
source.add(" ", 32);
source.add("x", 120);
source.add(" ", 32);
source.add("=", 61);
source.add(" ", 32);
source.add("x", 120);
source.add(" ", 32);
source.add("+", 43);
source.add(" ", 32);
source.add("1", 49);
source.add(".", 46);
source.add("5", 53);
source.add(";", 59);
let sum = 0;
for (let i = 0; i < SIZE; i++) sum = sum + new Scanner(source).scan();
console.log(sum);
