/** How a pattern is read, and what the choice is called. */
import type { SearchSyntax } from "../../../src/tools/search-wire.ts";

export const SYNTAX_CHOICES: readonly (readonly [SearchSyntax, string])[] = [
  ["bre", "basic"],
  ["ere", "extended"],
  ["perl", "Perl"],
  ["fixed", "text"],
];
