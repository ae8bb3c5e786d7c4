/** The comparisons of further types beside the original, by name. */
import type { ComparisonOf } from "./compare.ts";
import { streams } from "./streams.ts";

export const COMPARISONS: Readonly<Record<string, ComparisonOf>> = { streams };
