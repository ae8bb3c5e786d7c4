/** Pragmas that list what a connection has. */
import { COMPILE_OPTIONS } from "../../functions/version.ts";
import { TEMP } from "../connection.ts";
import type { Asked, PragmaTable } from "./pragma.ts";

const FUNCTION_ENCODING = "utf8";

/** `pragmas`: the names of all. */
export function LIST_PRAGMAS(pragmas: () => string[]): PragmaTable {
  return {
    collation_list: ({ connection }) => ({
      columns: ["seq", "name"],
      run: () => connection.collations.names().map((name, at) => [at, name]),
    }),
    compile_options: () => ({
      columns: ["compile_options"],
      run: () => COMPILE_OPTIONS.map((option) => [option]),
    }),
    database_list: ({ connection }: Asked) => ({
      columns: ["seq", "name", "file"],
      reads: [TEMP],
      run: () =>
        connection.databases
          .map(({ name, handle, pager }, at) => ({
            row: [at, name, handle.path ?? ""],
            isThere: at !== TEMP || pager.pageCount > 0,
          }))
          .filter(({ isThere }) => isThere)
          .map(({ row }) => row),
    }),
    function_list: ({ connection }) => ({
      columns: ["name", "builtin", "type", "enc", "narg", "flags"],
      run: () =>
        connection.functions
          .list()
          .map(({ name, builtin, type, narg, flags }) => [name, builtin, type, FUNCTION_ENCODING, narg, flags]),
    }),
    module_list: () => ({ columns: ["name"], run: () => [] }),
    pragma_list: () => ({ columns: ["name"], run: () => pragmas().map((name) => [name]) }),
  };
}
