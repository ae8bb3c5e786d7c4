/** Pragmas that switch something of the connection. */
import { SqlError } from "../../errors.ts";
import type { Settings } from "../settings.ts";
import { TEMP } from "../connection.ts";
import { memoryFile } from "../shared-file.ts";
import {
  type Asked,
  databaseOf,
  integer,
  isOn,
  level,
  longInteger,
  type PragmaHandler,
  type PragmaTable,
} from "./pragma.ts";

type Switch = { [K in keyof Settings]: Settings[K] extends boolean ? K : never }[keyof Settings];
type Amount = { [K in keyof Settings]: Settings[K] extends number ? K : never }[keyof Settings];

/** On or off; what it is now when nothing is said. */
function toggle(name: string, setting: Switch, outsideOnly = false): PragmaHandler {
  return ({ connection, value }) => {
    if (value === undefined) return { columns: [name], run: () => [[connection.settings[setting] ? 1 : 0]] };
    return {
      isReadonly: true,
      run() {
        // Within a transaction it does nothing, as documented.
        if (outsideOnly && !connection.autocommit) return;
        connection.settings[setting] = isOn(value);
        connection.forgetContext();
      },
    };
  };
}

/** Helpers that may be asked for; there are none. */
const MAX_THREADS = 8;

/** A number that is told whether it was set or not; negative ones are not taken. */
function number(name: string, setting: Amount, most = Number.MAX_SAFE_INTEGER): PragmaHandler {
  return ({ connection, value }) => ({
    columns: [name],
    isReadonly: true,
    run() {
      const wanted = value === undefined ? -1 : longInteger(value);
      if (wanted >= 0) connection.settings[setting] = Math.min(wanted, most);
      return [[connection.settings[setting]]];
    },
  });
}

function caseSensitiveLike({ connection, value }: Asked): ReturnType<PragmaHandler> {
  return {
    isReadonly: true,
    run() {
      if (value === undefined) return;
      connection.settings.caseSensitiveLike = isOn(value);
      connection.forgetContext();
    },
  };
}

function deferForeignKeys({ connection, value }: Asked): ReturnType<PragmaHandler> {
  const { rowChanges } = connection;
  if (value === undefined)
    return { columns: ["defer_foreign_keys"], run: () => [[rowChanges.deferForeignKeys ? 1 : 0]] };
  return {
    isReadonly: true,
    run() {
      rowChanges.deferForeignKeys = isOn(value);
    },
  };
}

const TEMP_STORES = ["default", "file", "memory"];

function tempStore({ connection, value }: Asked): ReturnType<PragmaHandler> {
  const { settings } = connection;
  if (value === undefined) return { columns: ["temp_store"], run: () => [[settings.tempStore]] };
  return {
    isReadonly: true,
    run() {
      const word = Math.max(0, TEMP_STORES.indexOf(value.toLowerCase()));
      const wanted = /^[0-2]/.test(value) ? Number(value[0]) : word;
      if (wanted === settings.tempStore) return;
      if (!connection.autocommit) throw new SqlError("temporary storage cannot be changed from within a transaction");
      settings.tempStore = wanted;
      // What was in the old place is gone with it.
      connection.replaceDatabase(TEMP, memoryFile());
    },
  };
}

const SYNC_LEVELS = ["off", "normal", "full", "extra"] as const;

function synchronous(asked: Asked): ReturnType<PragmaHandler> {
  const { settings } = databaseOf(asked).pager;
  const { value, connection, database } = asked;
  if (value === undefined)
    return { columns: ["synchronous"], reads: [database], run: () => [[SYNC_LEVELS.indexOf(settings.synchronous)]] };
  return {
    isReadonly: true,
    run() {
      if (!connection.autocommit) throw new SqlError("Safety level may not be changed inside a transaction");
      settings.synchronous = SYNC_LEVELS[level(value, 1) & 3]!;
    },
  };
}

function busyTimeout({ connection, value }: Asked): ReturnType<PragmaHandler> {
  return {
    columns: ["timeout"],
    isReadonly: true,
    run() {
      if (value !== undefined) connection.settings.busyTimeoutMs = Math.max(0, integer(value));
      return [[connection.settings.busyTimeoutMs]];
    },
  };
}

function nothing(): ReturnType<PragmaHandler> {
  return { isReadonly: true, run() {} };
}

export const SETTING_PRAGMAS: PragmaTable = {
  analysis_limit: number("analysis_limit", "analysisLimit"),
  automatic_index: toggle("automatic_index", "automaticIndex"),
  busy_timeout: busyTimeout,
  case_sensitive_like: caseSensitiveLike,
  cell_size_check: toggle("cell_size_check", "cellSizeCheck"),
  checkpoint_fullfsync: toggle("checkpoint_fullfsync", "checkpointFullfsync"),
  count_changes: toggle("count_changes", "countChanges"),
  defer_foreign_keys: deferForeignKeys,
  empty_result_callbacks: toggle("empty_result_callbacks", "emptyResultCallbacks"),
  foreign_keys: toggle("foreign_keys", "foreignKeys", true),
  full_column_names: toggle("full_column_names", "fullColumnNames"),
  fullfsync: toggle("fullfsync", "fullfsync"),
  hard_heap_limit: number("hard_heap_limit", "hardHeapLimit"),
  ignore_check_constraints: toggle("ignore_check_constraints", "ignoreCheckConstraints"),
  legacy_alter_table: toggle("legacy_alter_table", "legacyAlterTable"),
  query_only: toggle("query_only", "queryOnly"),
  read_uncommitted: toggle("read_uncommitted", "readUncommitted"),
  recursive_triggers: toggle("recursive_triggers", "recursiveTriggers"),
  reverse_unordered_selects: toggle("reverse_unordered_selects", "reverseUnorderedSelects"),
  short_column_names: toggle("short_column_names", "shortColumnNames"),
  shrink_memory: nothing,
  soft_heap_limit: number("soft_heap_limit", "softHeapLimit"),
  synchronous,
  temp_store: tempStore,
  temp_store_directory: () => ({ columns: ["temp_store_directory"], run() {} }),
  threads: number("threads", "threads", MAX_THREADS),
  trusted_schema: toggle("trusted_schema", "trustedSchema"),
  wal_autocheckpoint: number("wal_autocheckpoint", "walAutocheckpoint"),
  writable_schema: toggle("writable_schema", "writableSchema"),
};
