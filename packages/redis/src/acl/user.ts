/** A user: whether it may log in, with which passwords, and what it may do. */
import type { CommandIndex } from "../commands/registry.ts";
import { hashPassword, isPasswordHash, sameHash } from "./passwords.ts";
import { Permissions } from "./permissions.ts";
import { AclRuleError } from "./rule-error.ts";

export class User {
  readonly name: string;
  enabled = false;
  /** Any password is right. */
  noPassword = false;
  /** RESTORE checks payloads thoroughly when `sanitize-dump-payload` is "clients". */
  sanitizesPayload = true;
  /** SHA-256, in hexadecimal, in the order in which they were added. */
  passwords: readonly string[] = [];
  permissions: Permissions;
  /** Kept beside the permissions, as it is asked before every command. */
  unrestricted = false;

  /** A user that may do nothing and is off; with `allChannels`, nothing but use every channel. */
  constructor(name: string, commands: CommandIndex, allChannels: boolean) {
    this.name = name;
    this.permissions = new Permissions(commands);
    if (allChannels) this.permissions.apply("allchannels");
  }

  copy(commands: CommandIndex): User {
    const copy = new User(this.name, commands, false);
    copy.take(this);
    return copy;
  }

  /** Becomes what `other` is, and keeps its name and identity: connections go on. */
  take(other: User): void {
    this.enabled = other.enabled;
    this.noPassword = other.noPassword;
    this.sanitizesPayload = other.sanitizesPayload;
    this.passwords = other.passwords;
    this.permissions = other.permissions.copy();
    this.unrestricted = this.permissions.unrestricted;
  }

  /** As ACL GETUSER shows them. */
  get flags(): string[] {
    return [
      this.enabled ? "on" : "off",
      ...(this.noPassword ? ["nopass"] : []),
      this.sanitizesPayload ? "sanitize-payload" : "skip-sanitize-payload",
    ];
  }

  /** The rules that make this user, as ACL LIST shows them. */
  get text(): string {
    return [...this.flags, ...this.passwords.map((hash) => `#${hash}`), this.permissions.text].join(" ");
  }

  /** Says one rule. Throws AclRuleError. */
  apply(rule: string, allChannelsByDefault: boolean): void {
    const simple = FLAG_RULES[rule.toLowerCase()];
    if (rule === "") return;
    if (simple !== undefined) simple(this);
    else if (rule.startsWith(">") || rule.startsWith("#")) this.#addPassword(hashOf(rule, "#"));
    else if (rule.startsWith("<") || rule.startsWith("!")) this.#removePassword(hashOf(rule, "!"));
    else if (rule.startsWith("(")) throw new AclRuleError("selectors");
    else if (rule.toLowerCase() === "reset") {
      const rules = ["resetpass", "resetkeys", "resetchannels", "off", "sanitize-payload", "-@all"];
      for (const each of rules) this.apply(each, allChannelsByDefault);
      if (allChannelsByDefault) this.permissions.apply("allchannels");
    } else this.permissions.apply(rule);
    this.unrestricted = this.permissions.unrestricted;
  }

  #addPassword(hash: string): void {
    if (!this.passwords.includes(hash)) this.passwords = [...this.passwords, hash];
    this.noPassword = false;
  }

  #removePassword(hash: string): void {
    if (!this.passwords.includes(hash)) throw new AclRuleError("no-such-password");
    this.passwords = this.passwords.filter((each) => each !== hash);
  }

  /** Whether the user may log in with `password`. */
  accepts(password: string): boolean {
    if (!this.enabled) return false;
    if (this.noPassword) return true;
    const hash = hashPassword(password);
    let right = false;
    for (const each of this.passwords) right = sameHash(each, hash) || right;
    return right;
  }
}

const FLAG_RULES: Readonly<Record<string, (user: User) => void>> = {
  on: (user) => (user.enabled = true),
  off: (user) => (user.enabled = false),
  nopass: (user) => {
    user.noPassword = true;
    user.passwords = [];
  },
  resetpass: (user) => {
    user.noPassword = false;
    user.passwords = [];
  },
  "sanitize-payload": (user) => (user.sanitizesPayload = true),
  "skip-sanitize-payload": (user) => (user.sanitizesPayload = false),
  // There is only the root selector, which this rule does not touch.
  clearselectors: () => {},
};

/** `>password` or `#hash`; with the mark of a hash, what follows must be one. */
function hashOf(rule: string, mark: string): string {
  const word = rule.slice(1);
  if (!rule.startsWith(mark)) return hashPassword(word);
  if (!isPasswordHash(word)) throw new AclRuleError("bad-hash");
  return word;
}
