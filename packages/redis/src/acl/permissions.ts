/**
 * What a user may do: which commands, on which keys, on which channels. Redis calls it a selector; a user has one, its root.
 *
 * Commands are resolved when a rule is said: `+@read` walks the table and allows every command of the category, so that a check is
 * one lookup. Beside it the rules are kept as text, in the order in which they still matter, which is what ACL LIST shows and ACL SAVE
 * writes: saying a rule takes out earlier ones for the same command or category.
 */
import { categoriesOf, CATEGORIES } from "../commands/categories.ts";
import { hasKeys, keyPositions } from "../commands/key-positions.ts";
import type { CommandEntry, CommandIndex } from "../commands/registry.ts";
import { Glob } from "../keyspace/glob.ts";
import { Args } from "../resp/args.ts";
import { AclRuleError } from "./rule-error.ts";

const READ = 1;
const WRITE = 2;

interface KeyPattern {
  readonly pattern: string;
  readonly glob: Glob;
  /** READ, WRITE or both. */
  access: number;
}

interface ChannelPattern {
  readonly pattern: string;
  readonly glob: Glob;
}

/** Why a command is refused; `index` is the argument that is to blame. */
export interface Denial {
  readonly reason: "command" | "key" | "channel";
  readonly index: number;
}

/** Commands whose arguments are channels, or patterns of channels: from argument 1 on, to the last or only the first. */
const CHANNEL_COMMANDS: Readonly<Record<string, { readonly patterns: boolean; readonly all: boolean }>> = {
  subscribe: { patterns: false, all: true },
  ssubscribe: { patterns: false, all: true },
  psubscribe: { patterns: true, all: true },
  publish: { patterns: false, all: false },
  spublish: { patterns: false, all: false },
};

export class Permissions {
  readonly #commands: CommandIndex;
  #allowed = new Set<CommandEntry>();
  /** Container-like commands without subcommands of their own: allowed first arguments, in lower case (`+select|0`). */
  #firstArguments = new Map<CommandEntry, Set<string>>();
  /** `+@all` was said and nothing taken away since. */
  #allCommands = false;
  /** What holds for commands that no rule names: the last of `+@all` and `-@all`. */
  #futureCommands = false;
  #commandRules: string[] = [];
  #allKeys = false;
  #keys: KeyPattern[] = [];
  #allChannels = false;
  #channels: ChannelPattern[] = [];

  constructor(commands: CommandIndex) {
    this.#commands = commands;
  }

  copy(): Permissions {
    const copy = new Permissions(this.#commands);
    copy.#allowed = new Set(this.#allowed);
    copy.#firstArguments = new Map(Array.from(this.#firstArguments, ([entry, words]) => [entry, new Set(words)]));
    copy.#allCommands = this.#allCommands;
    copy.#futureCommands = this.#futureCommands;
    copy.#commandRules = [...this.#commandRules];
    copy.#allKeys = this.#allKeys;
    copy.#keys = this.#keys.map((pattern) => ({ ...pattern }));
    copy.#allChannels = this.#allChannels;
    copy.#channels = [...this.#channels];
    return copy;
  }

  /** Nothing is forbidden: the check can be left out. */
  get unrestricted(): boolean {
    return this.#allCommands && this.#allKeys && this.#allChannels;
  }

  /** Whether every key may be read: what commands ask that find keys on their own. */
  get readsAllKeys(): boolean {
    return this.#allKeys || this.#keys.some(({ pattern, access }) => pattern === "*" && (access & READ) !== 0);
  }

  /** As ACL GETUSER shows them. */
  get commandText(): string {
    return [this.#futureCommands ? "+@all" : "-@all", ...this.#commandRules].join(" ");
  }

  get keyText(): string {
    return this.#allKeys ? "~*" : this.#keys.map(keyPatternText).join(" ");
  }

  get channelText(): string {
    return this.#allChannels ? "&*" : this.#channels.map(({ pattern }) => `&${pattern}`).join(" ");
  }

  /** As ACL LIST shows them: a text that makes the same permissions. */
  get text(): string {
    const channels = this.#allChannels ? ["&*"] : ["resetchannels", this.channelText];
    return [this.keyText, ...channels, this.commandText].filter((part) => part !== "").join(" ");
  }

  /** Says one rule. Throws AclRuleError. */
  apply(rule: string): void {
    const lower = rule.toLowerCase();
    if (lower === "allkeys" || lower === "~*") {
      this.#allKeys = true;
      this.#keys = [];
    } else if (lower === "resetkeys") {
      this.#allKeys = false;
      this.#keys = [];
    } else if (lower === "allchannels" || lower === "&*") {
      this.#allChannels = true;
      this.#channels = [];
    } else if (lower === "resetchannels") {
      this.#allChannels = false;
      this.#channels = [];
    } else if (lower === "allcommands" || lower === "+@all") this.#resetCommands(true);
    else if (lower === "nocommands" || lower === "-@all") this.#resetCommands(false);
    else if (rule.startsWith("~") || rule.startsWith("%")) this.#addKeyPattern(rule);
    else if (rule.startsWith("&")) this.#addChannelPattern(rule.slice(1));
    else if (/^[+-]@/.test(rule)) this.#applyCategory(lower.slice(1), rule.startsWith("+"));
    else if (rule.startsWith("+")) this.#allowCommand(lower.slice(1));
    else if (rule.startsWith("-")) this.#forbidCommand(lower.slice(1));
    else throw new AclRuleError("syntax");
  }

  #resetCommands(all: boolean): void {
    this.#allCommands = all;
    this.#futureCommands = all;
    this.#commandRules = [];
    this.#firstArguments.clear();
    this.#allowed = new Set(all ? everyEntry(this.#commands) : []);
  }

  #addKeyPattern(rule: string): void {
    if (this.#allKeys) throw new AclRuleError("pattern-after-all-keys");
    let access = READ | WRITE;
    let pattern = rule.slice(1);
    if (rule.startsWith("%")) {
      const match = /^%(R|W|RW|WR)~/i.exec(rule);
      if (match === null) throw new AclRuleError("syntax");
      const letters = match[1]!.toUpperCase();
      access = (letters.includes("R") ? READ : 0) | (letters.includes("W") ? WRITE : 0);
      pattern = rule.slice(match[0].length);
    }
    if (hasSpaces(pattern)) throw new AclRuleError("syntax");
    const known = this.#keys.find((each) => each.pattern === pattern);
    if (known === undefined) this.#keys.push({ pattern, glob: new Glob(pattern), access });
    else known.access |= access;
  }

  #addChannelPattern(pattern: string): void {
    if (this.#allChannels) throw new AclRuleError("pattern-after-all-channels");
    if (hasSpaces(pattern)) throw new AclRuleError("syntax");
    if (!this.#channels.some((each) => each.pattern === pattern)) {
      this.#channels.push({ pattern, glob: new Glob(pattern) });
    }
  }

  #applyCategory(category: string, allow: boolean): void {
    const name = category.slice(1);
    if (!CATEGORIES.includes(name)) throw new AclRuleError("unknown");
    this.#note(category, allow);
    const visit = (entry: CommandEntry): void => {
      if (categoriesOf(entry.row).includes(name)) this.#set(entry, allow);
      for (const subcommand of entry.subcommands?.entries ?? []) visit(subcommand);
    };
    for (const entry of this.#commands.entries) visit(entry);
  }

  #allowCommand(name: string): void {
    const bar = name.lastIndexOf("|");
    if (bar < 0) {
      this.#set(this.#entry(name), true);
      this.#note(name, true);
      return;
    }
    const container = this.#entry(name.slice(0, bar));
    const word = name.slice(bar + 1);
    if (container.parent !== undefined) throw new AclRuleError("first-argument-of-subcommand");
    if (word === "") throw new AclRuleError("syntax");
    if (container.subcommands !== undefined) this.#set(this.#entry(name), true);
    else {
      const words = this.#firstArguments.get(container) ?? new Set<string>();
      this.#firstArguments.set(container, words.add(word));
    }
    this.#note(name, true);
  }

  #forbidCommand(name: string): void {
    this.#set(this.#entry(name), false);
    this.#note(name, false);
  }

  /** The entry of "get" or "config|get". */
  #entry(name: string): CommandEntry {
    const [container, subcommand, ...more] = name.split("|");
    const entry = this.#commands.find(Args.from([container!]), 0);
    const found = subcommand === undefined ? entry : entry?.subcommands?.find(Args.from([subcommand]), 0);
    if (found === undefined || more.length > 0) throw new AclRuleError("unknown");
    return found;
  }

  /** With its subcommands. */
  #set(entry: CommandEntry, allow: boolean): void {
    this.#firstArguments.delete(entry);
    if (allow) this.#allowed.add(entry);
    else {
      this.#allowed.delete(entry);
      this.#allCommands = false;
    }
    for (const subcommand of entry.subcommands?.entries ?? []) this.#set(subcommand, allow);
  }

  /** Keeps the rule as the last one said, and drops those that it makes void. */
  #note(rule: string, allow: boolean): void {
    this.#commandRules = this.#commandRules.filter((earlier) => {
      const name = earlier.slice(1);
      return name !== rule && !name.startsWith(`${rule}|`);
    });
    this.#commandRules.push(`${allow ? "+" : "-"}${rule}`);
  }

  /** What of a request is forbidden, the command first, then keys, then channels. `free`: the command needs no permission (AUTH). */
  check(entry: CommandEntry, args: Args, free: boolean): Denial | undefined {
    if (!this.#allCommands && !free && !this.#mayRun(entry, args)) return { reason: "command", index: 0 };
    if (!this.#allKeys && hasKeys(entry.row)) {
      for (const { index, flags } of keyPositions(entry.row, args) ?? []) {
        if (!this.#mayTouch(args.string(index), accessOf(flags))) return { reason: "key", index };
      }
    }
    if (this.#allChannels) return undefined;
    const channels = CHANNEL_COMMANDS[entry.fullName];
    if (channels === undefined) return undefined;
    const last = channels.all ? args.length - 1 : 1;
    for (let i = 1; i <= last; i++) {
      if (!this.mayUseChannel(args.string(i), channels.patterns)) return { reason: "channel", index: i };
    }
    return undefined;
  }

  #mayRun(entry: CommandEntry, args: Args): boolean {
    if (this.#allowed.has(entry)) return true;
    const words = this.#firstArguments.get(entry);
    return words !== undefined && args.length > 1 && words.has(args.string(1).toLowerCase());
  }

  #mayTouch(key: string, access: number): boolean {
    return this.#keys.some((pattern) => (pattern.access & access) === access && pattern.glob.matches(key));
  }

  /** A pattern is allowed only when it is listed as it is; a channel when a listed pattern matches it. */
  mayUseChannel(channel: string, isPattern: boolean): boolean {
    if (this.#allChannels) return true;
    return this.#channels.some(({ pattern, glob }) => (isPattern ? pattern === channel : glob.matches(channel)));
  }
}

function* everyEntry(index: CommandIndex): Generator<CommandEntry> {
  for (const entry of index.entries) {
    yield entry;
    if (entry.subcommands !== undefined) yield* everyEntry(entry.subcommands);
  }
}

function keyPatternText({ pattern, access }: KeyPattern): string {
  if (access === READ) return `%R~${pattern}`;
  return access === WRITE ? `%W~${pattern}` : `~${pattern}`;
}

/** What permission a key spec's flags ask for; none for commands that only look at the key's metadata. */
function accessOf(flags: string): number {
  return (/\baccess\b/.test(flags) ? READ : 0) | (/\b(?:insert|update|delete)\b/.test(flags) ? WRITE : 0);
}

function hasSpaces(text: string): boolean {
  return /[\s\0]/.test(text);
}
