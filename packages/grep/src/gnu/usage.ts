/** What is said to somebody who used the command wrongly. */
export const USAGE = "Usage: grep [OPTION]... PATTERNS [FILE]...\n";
export const TRY_HELP = "Try 'grep --help' for more information.\n";
