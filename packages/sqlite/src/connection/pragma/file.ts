/** Pragmas about the file: its header's fields, its pages, its journal. */
import { SqlError } from "../../errors.ts";
import type { HeaderField } from "../../pager/database-header.ts";
import type { Action } from "../plan.ts";
import { MAIN } from "../connection.ts";
import { DEFAULT_CACHE_SIZE } from "../open-database.ts";
import { type Asked, databaseOf, databasesOf, integer, isOn, longInteger, type PragmaTable } from "./pragma.ts";

/** A field of the header. */
function headerField(name: string, field: HeaderField): PragmaTable[string] {
  return (asked) => {
    const { database, value, connection } = asked;
    if (value === undefined) {
      return {
        columns: [name],
        reads: [database],
        run: () => [[databaseOf(asked).pager.headerField(field) | 0]],
      };
    }
    return {
      writes: [database],
      run() {
        const one = databaseOf(asked);
        one.create(connection.encoding);
        one.pager.setHeaderField(field, integer(value) >>> 0);
      },
    };
  };
}

/** A number of the file that nobody sets. */
function fact(name: string, read: (asked: Asked) => number): PragmaTable[string] {
  return (asked) => ({ columns: [name], reads: [asked.database], run: () => [[read(asked)]] });
}

function pageSize(asked: Asked): Action {
  const { database, value } = asked;
  if (value === undefined)
    return { columns: ["page_size"], reads: [database], run: () => [[databaseOf(asked).pager.pageSize]] };
  return {
    isReadonly: true,
    reads: [database],
    run() {
      const size = integer(value);
      if (size < 512 || size > 65_536 || (size & (size - 1)) !== 0) return;
      databaseOf(asked).setPageSize(size);
    },
  };
}

const VACUUM_MODES = ["none", "full", "incremental"] as const;

function autoVacuum(asked: Asked): Action {
  const { database, value } = asked;
  if (value === undefined) {
    return {
      columns: ["auto_vacuum"],
      reads: [database],
      run: () => [[VACUUM_MODES.indexOf(databaseOf(asked).vacuumMode)]],
    };
  }
  const word = VACUUM_MODES.indexOf(value.toLowerCase() as "none");
  const mode = VACUUM_MODES[word === -1 ? integer(value) : word] ?? "none";
  const one = databaseOf(asked);
  if (one.vacuumMode === "none" || mode === "none")
    return { isReadonly: true, reads: [database], run: () => one.setVacuumMode(mode) };
  return {
    writes: [database],
    run() {
      one.setVacuumMode(mode);
      one.pager.setHeaderField("incrementalVacuum", mode === "incremental" ? 1 : 0);
    },
  };
}

const ENCODINGS = { utf8: "UTF-8", utf16le: "UTF-16le", utf16be: "UTF-16be" } as const;

function encoding({ connection, value }: Asked): Action {
  if (value === undefined) {
    return { columns: ["encoding"], reads: [MAIN], run: () => [[ENCODINGS[connection.encoding]]] };
  }
  return {
    isReadonly: true,
    reads: [MAIN],
    run() {
      const name = value.toLowerCase().replaceAll("-", "");
      const wanted = name === "utf16" ? "utf16le" : name;
      if (connection.main.pager.pageCount > 0) return;
      if (!Object.hasOwn(ENCODINGS, wanted)) throw new SqlError(`unsupported encoding: ${value}`);
      connection.newEncoding = wanted as keyof typeof ENCODINGS; // it is one of its keys
      connection.forgetContext();
    },
  };
}

function cacheSize(asked: Asked): Action {
  const { value, database } = asked;
  if (value === undefined)
    return { columns: ["cache_size"], reads: [database], run: () => [[databaseOf(asked).cacheSize]] };
  return {
    isReadonly: true,
    run() {
      databaseOf(asked).setCacheSize(integer(value));
    },
  };
}

/** The header's field, and the cache's size with it. */
function defaultCacheSize(asked: Asked): Action {
  const { value, database, connection } = asked;
  if (value === undefined) {
    return {
      columns: ["cache_size"],
      reads: [database],
      run: () => [[databaseOf(asked).pager.headerField("defaultCacheSize") || DEFAULT_CACHE_SIZE]],
    };
  }
  return {
    writes: [database],
    run() {
      const one = databaseOf(asked);
      const size = Math.abs(integer(value));
      one.create(connection.encoding);
      one.pager.setHeaderField("defaultCacheSize", size);
      one.setCacheSize(size);
    },
  };
}

const JOURNAL_MODES = ["delete", "truncate", "persist", "memory", "off"] as const;

/** WAL is not written yet: asking for it changes nothing, which the answer tells. */
function journalMode(asked: Asked): Action {
  const { value, connection } = asked;
  return {
    columns: ["journal_mode"],
    isReadonly: true,
    reads: databasesOf(asked),
    run() {
      const mode = JOURNAL_MODES.find((one) => one === value?.toLowerCase());
      if (mode !== undefined) {
        for (const at of databasesOf(asked)) {
          const { pager, handle, isWriting } = connection.databases[at]!;
          const isInMemory = handle.path === undefined;
          if (isWriting || (isInMemory && mode !== "memory" && mode !== "off")) continue;
          pager.settings.journalMode = mode;
        }
      }
      const { pager, usesLog } = databaseOf(asked);
      return [[usesLog ? "wal" : pager.settings.journalMode]];
    },
  };
}

function lockingMode(asked: Asked): Action {
  const { value, connection } = asked;
  return {
    columns: ["locking_mode"],
    isReadonly: true,
    run() {
      const mode = value?.toLowerCase();
      if (mode === "normal" || mode === "exclusive") {
        for (const at of databasesOf(asked)) connection.databases[at]!.lockingMode = mode;
      }
      return [[databaseOf(asked).lockingMode]];
    },
  };
}

function maxPageCount(asked: Asked): Action {
  const { value, database } = asked;
  return {
    columns: ["max_page_count"],
    isReadonly: true,
    reads: [database],
    run() {
      const { pager } = databaseOf(asked);
      const wanted = value === undefined ? 0 : longInteger(value);
      if (wanted > 0) pager.maxPageCount = Math.max(pager.pageCount, Math.min(wanted, MAX_PAGE_COUNT));
      return [[pager.maxPageCount]];
    },
  };
}

const MAX_PAGE_COUNT = 4_294_967_294;

/** Changed pages that are kept in memory before some are written early; on, off, or so many. */
function cacheSpill({ connection, value }: Asked): Action {
  const { settings, main } = connection;
  if (value === undefined) {
    const pages = Math.max(settings.cacheSpill, main.pager.settings.cachePages);
    return { columns: ["cache_spill"], run: () => [[settings.cacheSpill === 0 ? 0 : pages]] };
  }
  return {
    isReadonly: true,
    run() {
      settings.cacheSpill = /^\s*[+-]?\d/.test(value) ? Math.abs(integer(value)) : isOn(value) ? 1 : 0;
    },
  };
}

function incrementalVacuum(asked: Asked): Action {
  const { value, database } = asked;
  return {
    writes: [database],
    run() {
      const pages = value === undefined ? 0 : integer(value);
      databaseOf(asked).tree.vacuum(pages > 0 ? pages : Infinity);
    },
  };
}

function journalSizeLimit(asked: Asked): Action {
  const { value } = asked;
  return {
    columns: ["journal_size_limit"],
    isReadonly: true,
    run() {
      const one = databaseOf(asked);
      if (value !== undefined) one.journalSizeLimit = Math.max(-1, longInteger(value));
      return [[one.journalSizeLimit]];
    },
  };
}

function secureDelete(asked: Asked): Action {
  const { value, connection } = asked;
  return {
    columns: ["secure_delete"],
    isReadonly: true,
    run() {
      if (value !== undefined) {
        const mode = value.toLowerCase() === "fast" ? 2 : isOn(value) ? 1 : 0;
        for (const at of databasesOf(asked)) connection.databases[at]!.secureDelete = mode;
      }
      return [[databaseOf(asked).secureDelete]];
    },
  };
}

export const FILE_PRAGMAS: PragmaTable = {
  application_id: headerField("application_id", "applicationId"),
  auto_vacuum: autoVacuum,
  cache_size: cacheSize,
  cache_spill: cacheSpill,
  data_version: fact("data_version", (asked) => databaseOf(asked).dataVersion),
  default_cache_size: defaultCacheSize,
  encoding,
  freelist_count: fact("freelist_count", (asked) => databaseOf(asked).pager.headerField("freelistCount")),
  incremental_vacuum: incrementalVacuum,
  journal_mode: journalMode,
  journal_size_limit: journalSizeLimit,
  locking_mode: lockingMode,
  max_page_count: maxPageCount,
  mmap_size: () => ({ columns: ["mmap_size"], isReadonly: true, run: () => [] }),
  page_count: fact("page_count", (asked) => databaseOf(asked).pager.pageCount),
  page_size: pageSize,
  schema_version: headerField("schema_version", "schemaCookie"),
  secure_delete: secureDelete,
  user_version: headerField("user_version", "userVersion"),
  wal_checkpoint: () => ({ columns: ["busy", "log", "checkpointed"], isReadonly: true, run: () => [[0, -1, -1]] }),
};
