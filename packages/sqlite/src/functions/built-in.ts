/** The functions that every connection has. JSON's, window functions' and those of full-text search come with their rooms. */
import { aggregateFunctions } from "./aggregates.ts";
import { coreCharacterFunctions } from "./core-characters.ts";
import { coreSearchFunctions } from "./core-search.ts";
import { coreTextFunctions } from "./core-text.ts";
import { coreValueFunctions, matchFunction } from "./core-values.ts";
import { datetimeFunctions } from "./datetime.ts";
import { likeFunctions } from "./like.ts";
import { mathFunctions } from "./math.ts";
import { percentileFunctions } from "./percentile.ts";
import { printfFunctions } from "./printf.ts";
import { FunctionRegistry } from "./registry.ts";

/** A registry of its own for each connection. */
export function builtInFunctions(): FunctionRegistry {
  const registry = new FunctionRegistry([
    ...coreValueFunctions,
    ...coreTextFunctions,
    ...coreSearchFunctions,
    ...coreCharacterFunctions,
    ...datetimeFunctions,
    ...likeFunctions,
    ...mathFunctions,
    ...printfFunctions,
    ...aggregateFunctions,
    ...percentileFunctions,
  ]);
  registry.add(matchFunction);
  return registry;
}
