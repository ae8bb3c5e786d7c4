/** Why a rule of ACL SETUSER, an ACL file or redis.conf is refused. */
const TEXTS = {
  unknown: "Unknown command or category name in ACL",
  syntax: "Syntax error",
  "pattern-after-all-keys":
    "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try 'resetkeys' to start with an empty list of patterns",
  "pattern-after-all-channels":
    "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any effect. Try 'resetchannels' to start with an empty list of channels",
  "no-such-password": "The password you are trying to remove from the user does not exist",
  "bad-hash": "The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters",
  "duplicate-user": "Duplicate user found. A user can only be defined once in config files",
  "first-argument-of-subcommand": "Allowing first-arg of a subcommand is not supported",
  selectors: "Selectors are not supported yet",
} as const;

export class AclRuleError extends Error {
  readonly code: keyof typeof TEXTS;

  constructor(code: keyof typeof TEXTS) {
    super(TEXTS[code]);
    this.name = "AclRuleError";
    this.code = code;
  }
}
