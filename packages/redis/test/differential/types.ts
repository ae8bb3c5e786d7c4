/** The comparisons of further types beside the original, by name. */
import type { ComparisonOf } from "./compare.ts";
import { bitmaps } from "./bitmaps.ts";
import { geo } from "./geo.ts";
import { hyperloglogs } from "./hyperloglogs.ts";
import { streams } from "./streams.ts";

export const COMPARISONS: Readonly<Record<string, ComparisonOf>> = { bitmaps, geo, hyperloglogs, streams };
