/** The functions that every connection has. JSON's, window functions' and those of full-text search come with their rooms. */
import { FunctionRegistry } from "./registry.ts";

export function builtInFunctions(): FunctionRegistry {
  return new FunctionRegistry([]);
}
