/**
 * getopt_long(3) with glibc's habits: clustered short options, `--name=value`, unambiguous abbreviations of long names,
 * options after operands (unless POSIXLY_CORRECT is set), `--`, and its sentences when something is wrong.
 */
import type { ByteString } from "../byte-string.ts";

/** Does the option take a value? An optional one only as `--name=value`. */
export type Takes = "none" | "value" | "optional";

export interface LongOption {
  readonly name: string;
  readonly takes: Takes;
  /** What the parser answers; several names may share one, and then an abbreviation of both is not ambiguous. */
  readonly id: string;
  /** Never abbreviated, and no obstacle to the abbreviations of the others. */
  readonly inFull?: true;
}

export interface OptionSyntax {
  /** As getopt(3) has it: each letter, followed by `:` when it takes a value. */
  readonly short: string;
  readonly long: readonly LongOption[];
}

export interface FoundOption {
  /** The letter, or a long option's id. */
  readonly id: string;
  readonly value: ByteString | undefined;
  /** Index of the argument in which the option after this one starts: getopt's `optind`. */
  readonly nextIndex: number;
}

/** Wrong use, in glibc's words. */
export class OptionError extends Error {}

export class OptionParser {
  readonly #args: readonly ByteString[];
  readonly #syntax: OptionSyntax;
  readonly #optionsFirst: boolean;
  readonly #operands: ByteString[] = [];
  #index = 0;
  /** Letters of a cluster that are still to come. */
  #cluster = "";

  constructor(args: readonly ByteString[], syntax: OptionSyntax, optionsFirst: boolean) {
    this.#args = args;
    this.#syntax = syntax;
    this.#optionsFirst = optionsFirst;
  }

  /** What is left when next() has answered undefined. */
  get operands(): readonly ByteString[] {
    return this.#operands;
  }

  /** The next option; undefined when there is none. Throws OptionError. */
  next(): FoundOption | undefined {
    if (this.#cluster !== "") return this.#short();
    while (this.#index < this.#args.length) {
      const argument = this.#args[this.#index]!;
      if (argument === "--") {
        this.#index++;
        break;
      }
      if (argument.length > 1 && argument.startsWith("-")) {
        this.#index++;
        if (argument.startsWith("--")) return this.#long(argument.slice(2));
        this.#cluster = argument.slice(1);
        return this.#short();
      }
      if (this.#optionsFirst) break;
      this.#operands.push(argument);
      this.#index++;
    }
    this.#operands.push(...this.#args.slice(this.#index));
    this.#index = this.#args.length;
    return undefined;
  }

  #short(): FoundOption {
    const letter = this.#cluster[0]!;
    const rest = this.#cluster.slice(1);
    this.#cluster = rest;
    const at = letter === ":" ? -1 : this.#syntax.short.indexOf(letter);
    if (at === -1) throw new OptionError(`invalid option -- '${letter}'`);
    if (this.#syntax.short[at + 1] !== ":") return this.#found(letter, undefined);
    this.#cluster = "";
    if (rest !== "") return this.#found(letter, rest);
    if (this.#index >= this.#args.length) throw new OptionError(`option requires an argument -- '${letter}'`);
    return this.#found(letter, this.#args[this.#index++]);
  }

  #long(argument: ByteString): FoundOption {
    const equals = argument.indexOf("=");
    const name = equals === -1 ? argument : argument.slice(0, equals);
    const value = equals === -1 ? undefined : argument.slice(equals + 1);
    const option = this.#named(name, argument);
    if (value !== undefined && option.takes === "none")
      throw new OptionError(`option '--${option.name}' doesn't allow an argument`);
    if (value !== undefined || option.takes !== "value") return this.#found(option.id, value);
    if (this.#index >= this.#args.length) throw new OptionError(`option '--${option.name}' requires an argument`);
    return this.#found(option.id, this.#args[this.#index++]);
  }

  #named(name: string, argument: ByteString): LongOption {
    const exact = this.#syntax.long.find((option) => option.name === name);
    if (exact !== undefined) return exact;
    const candidates = this.#syntax.long.filter((option) => !option.inFull && option.name.startsWith(name));
    const [first] = candidates;
    if (first === undefined) throw new OptionError(`unrecognized option '--${argument}'`);
    const others = candidates.filter(({ id, takes }) => id !== first.id || takes !== first.takes);
    if (others.length === 0) return first;
    const possibilities = [first, ...others].map((option) => ` '--${option.name}'`).join("");
    throw new OptionError(`option '--${argument}' is ambiguous; possibilities:${possibilities}`);
  }

  #found(id: string, value: ByteString | undefined): FoundOption {
    // glibc's optind stays on an argument until its last letter is taken.
    return { id, value, nextIndex: this.#cluster === "" ? this.#index : this.#index - 1 };
  }
}
