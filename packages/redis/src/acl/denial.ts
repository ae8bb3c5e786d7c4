/** What a client is told when it may not. */
import type { CommandEntry } from "../commands/registry.ts";
import type { Denial } from "./permissions.ts";
import type { User } from "./user.ts";

/** For a command as it arrives. Keys and channels are not named: ACL LOG has them. */
export function denialText(user: User, entry: CommandEntry, denial: Denial): string {
  switch (denial.reason) {
    case "command":
      return `NOPERM User ${user.name} has no permissions to run the '${entry.fullName}' command`;
    case "key":
      return "NOPERM No permissions to access a key";
    case "channel":
      return "NOPERM No permissions to access a channel";
  }
}

const AT_EXEC: Readonly<Record<Denial["reason"], string>> = {
  command: "no permission to execute the command or subcommand",
  key: "no permission to touch the specified keys",
  channel: "no permission to access one of the channels used as argument to the command",
};

/** For a command that was allowed when it was queued. */
export function denialAtExecText(denial: Denial): string {
  return `NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no longer allowed for the following reason: ${AT_EXEC[denial.reason]}`;
}
