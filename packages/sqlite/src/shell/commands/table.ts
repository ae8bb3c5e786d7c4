/** All dot-commands. Where a few letters fit several, the first one counts. */
import type { DotCommand } from "../command.ts";
import { DATABASE_COMMANDS } from "./database.ts";
import { DUMP_COMMANDS } from "./dump.ts";
import { HELP_COMMANDS } from "./help.ts";
import { IMPORT_COMMANDS } from "./import.ts";
import { INFO_COMMANDS } from "./info.ts";
import { LINT_COMMANDS } from "./lint.ts";
import { OUTPUT_COMMANDS } from "./output.ts";
import { PARAMETER_COMMANDS } from "./parameter.ts";
import { RUN_COMMANDS } from "./run.ts";
import { SCHEMA_COMMANDS } from "./schema.ts";
import { SETTING_COMMANDS } from "./settings.ts";
import { SHA3SUM_COMMANDS } from "./sha3sum.ts";
import { STYLE_COMMANDS } from "./style.ts";

export const COMMANDS: readonly DotCommand[] = [
  ...DATABASE_COMMANDS,
  ...SETTING_COMMANDS,
  ...RUN_COMMANDS,
  ...INFO_COMMANDS,
  ...DUMP_COMMANDS,
  ...SCHEMA_COMMANDS,
  ...STYLE_COMMANDS,
  ...HELP_COMMANDS,
  ...IMPORT_COMMANDS,
  ...LINT_COMMANDS,
  ...OUTPUT_COMMANDS,
  ...PARAMETER_COMMANDS,
  ...SHA3SUM_COMMANDS,
].toSorted((a, b) => (a.name < b.name ? -1 : 1));
