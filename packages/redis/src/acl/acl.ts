/**
 * Access control lists: the users of a server.
 *
 * Connections begin as the default user. A command is checked before it runs, or is queued, and again when EXEC runs it, as rules may have
 * changed in between. The default user may do everything until told otherwise, and costs one comparison then.
 */
import type { CommandEntry, CommandIndex } from "../commands/registry.ts";
import { FLAG } from "../commands/registry.ts";
import type { Args } from "../resp/args.ts";
import { AclLog } from "./log.ts";
import type { Denial } from "./permissions.ts";
import { AclRuleError } from "./rule-error.ts";
import { User } from "./user.ts";

/** Users that cannot be loaded, with every complaint in the original's words. */
export class AclFileError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "AclFileError";
  }
}

export class Acl {
  readonly defaultUser: User;
  readonly log: AclLog = new AclLog();
  /** acl-pubsub-default: new users may use every channel. */
  allChannelsByDefault = false;
  readonly #commands: CommandIndex;
  #users = new Map<string, User>();

  constructor(commands: CommandIndex) {
    this.#commands = commands;
    this.defaultUser = this.#freshDefault();
    this.#users.set("default", this.defaultUser);
  }

  #freshDefault(): User {
    const user = new User("default", this.#commands, false);
    for (const rule of ["+@all", "~*", "&*", "on", "nopass"]) user.apply(rule, false);
    return user;
  }

  /** Connections must say who they are before anything else. */
  get requiresAuthentication(): boolean {
    return !this.defaultUser.noPassword || !this.defaultUser.enabled;
  }

  user(name: string): User | undefined {
    return this.#users.get(name);
  }

  /** All users by name. */
  users(): User[] {
    return Array.from(this.#users.values()).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** `requirepass`: the default user's password; empty for none. */
  setDefaultPassword(password: string): void {
    this.defaultUser.apply("resetpass", false);
    this.defaultUser.apply(password === "" ? "nopass" : `>${password}`, false);
  }

  /** Makes or changes a user by rules: all of them or, with an AclRuleError that names the rule, none. */
  setUser(name: string, rules: readonly string[]): User {
    const existing = this.#users.get(name);
    const changed = existing?.copy(this.#commands) ?? this.#newUser(name);
    for (const rule of rules) {
      try {
        changed.apply(rule, this.allChannelsByDefault);
      } catch (error) {
        if (!(error instanceof AclRuleError)) throw error;
        throw new RefusedRule(rule, error);
      }
    }
    if (existing === undefined) {
      this.#users.set(name, changed);
      return changed;
    }
    existing.take(changed);
    return existing;
  }

  #newUser(name: string): User {
    return new User(name, this.#commands, this.allChannelsByDefault);
  }

  /** Removes a user; returns it, or `undefined` when there is none. Its clients are the caller's to disconnect. */
  deleteUser(name: string): User | undefined {
    const user = this.#users.get(name);
    this.#users.delete(name);
    return user;
  }

  /** What forbids `user` this request, if anything does. */
  check(user: User, entry: CommandEntry, args: Args): Denial | undefined {
    if (user.unrestricted) return undefined;
    return user.permissions.check(entry, args, (entry.bits & FLAG.noAuth) !== 0);
  }

  /** The users as ACL LIST and ACL files have them: `user <name> <rules>`. */
  lines(): string[] {
    return this.users().map((user) => `user ${user.name} ${user.text}`);
  }

  /** Users of redis.conf: `<name> <rules>` each. Throws AclFileError. */
  defineUsers(definitions: readonly string[]): void {
    const seen = new Set<string>();
    for (const definition of definitions) {
      const [name = "", ...rules] = definition.split(/\s+/).filter((word) => word !== "");
      if (seen.has(name)) throw new AclFileError(`Error in user declaration '${name}': ${duplicateUser()}`);
      seen.add(name);
      try {
        this.setUser(name, name === "default" ? ["reset", ...rules] : rules);
      } catch (error) {
        if (!(error instanceof RefusedRule)) throw error;
        throw new AclFileError(`Error in user declaration '${error.rule}': ${error.message}`);
      }
    }
  }

  /**
   * Replaces all users by those of an ACL file's text. Throws AclFileError, with all complaints, and changes nothing then. Users that are there
   * before and after keep their identity; returns those that are gone.
   */
  load(text: string, path: string): User[] {
    const { users, complaints } = this.#parse(text, path);
    if (complaints.length > 0) {
      complaints.push("WARNING: ACL errors detected, no change to the previously active ACL rules was performed");
      throw new AclFileError(complaints.join(" "));
    }
    const before = this.#users;
    this.#users = new Map();
    this.defaultUser.take(users.get("default") ?? this.#freshDefault());
    this.#users.set("default", this.defaultUser);
    for (const [name, user] of users) {
      if (name === "default") continue;
      const known = before.get(name);
      known?.take(user);
      this.#users.set(name, known ?? user);
    }
    return Array.from(before.values()).filter((user) => !this.#users.has(user.name));
  }

  #parse(text: string, path: string): { users: Map<string, User>; complaints: string[] } {
    const users = new Map<string, User>();
    const complaints: string[] = [];
    text.split("\n").forEach((raw, index) => {
      const line = raw.trim();
      if (line === "") return;
      const where = `${path}:${index + 1}`;
      const [keyword, name, ...rules] = line.split(/\s+/);
      if (keyword !== "user" || name === undefined) {
        complaints.push(`${where} should start with user keyword followed by the username.`);
        return;
      }
      if (users.has(name)) {
        complaints.push(`WARNING: Duplicate user '${name}' found on line ${index + 1}.`);
        return;
      }
      const user = this.#newUser(name);
      users.set(name, user);
      for (const rule of rules) {
        try {
          user.apply(rule, this.allChannelsByDefault);
        } catch (error) {
          if (!(error instanceof AclRuleError)) throw error;
          complaints.push(`${where}: Error in applying operation '${rule}': ${error.message}.`);
        }
      }
    });
    return { users, complaints };
  }
}

/** A rule that was refused, and why. */
export class RefusedRule extends Error {
  readonly rule: string;

  constructor(rule: string, reason: AclRuleError) {
    super(reason.message);
    this.name = "RefusedRule";
    this.rule = rule;
  }
}

function duplicateUser(): string {
  return new AclRuleError("duplicate-user").message;
}
