/**
 * Who may import whom: the architecture's rules, as tables, and the check that the sources keep them (`npm run check boundaries`).
 *
 * The well-known tools for this read TypeScript through compilers' interfaces that TypeScript 7 no longer has, or fail on newer syntax; the
 * question is small once a parser hands over a module's imports, and oxc's does. Whether a path exists is the type checker's business.
 */
import { globSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "oxc-parser";

/** What each package may import of the others. A new system adds its row; "http" only where the real thing speaks HTTP. */
const MAY_IMPORT: Readonly<Record<string, readonly string[] | "everybody">> = {
  kit: [],
  regex: [],
  http: ["kit"],
  redis: ["kit", "regex"],
  kafka: ["kit", "regex"],
  sqlite: ["kit", "regex"],
  shell: ["kit", "regex"],
  grep: ["kit", "regex"],
  lox: ["kit", "regex"],
  git: ["kit", "regex", "http"],
  torrent: ["kit", "regex", "http"],
  dns: ["kit", "regex", "http"],
  console: "everybody",
  tenon: "everybody",
};

/** These stand on everybody else, so that nobody can stand on them; the second may import the first. */
const ROOF: readonly string[] = ["console", "tenon"];

/**
 * The rooms that are codecs and engines: bytes and values in, bytes and values out. What they need of the outside is handed to them.
 * Folders and files inside packages/<name>/src. Lint (.oxlintrc.json) keeps clocks and timers out of the same rooms.
 */
export const PURE_ROOMS: Readonly<Record<string, readonly string[]>> = {
  kit: ["bytes", "checksums"],
  regex: [
    "automata",
    "backtrack",
    "combined-matcher.ts",
    "engines.ts",
    "errors.ts",
    "index.ts",
    "invalid-start.ts",
    "iso14651.ts",
    "kernel",
    "kernel-scanner.ts",
    "line-scanner.ts",
    "literals",
    "matcher.ts",
    "options.ts",
    "regex.ts",
    "streaming.ts",
    "syntax",
    "unicode",
    "word-matcher.ts",
  ],
  http: ["fetch", "h1", "semantics", "timer-wheel.ts"],
  grep: ["byte-string.ts", "print", "search", "walk/exclusion.ts", "walk/glob.ts"],
  redis: [
    "acl",
    "commands",
    "engine",
    "keyspace",
    "lua",
    "observe",
    "persistence",
    "replication",
    "resp",
    "scripting",
    "types",
  ],
  lox: [
    "closures",
    "diagnostics",
    "dialect.ts",
    "embed",
    "engine.ts",
    "fast",
    "limits",
    "objects",
    "program.ts",
    "resolve",
    "syntax",
    "tree",
    "values",
  ],
  dns: [
    "asked.ts",
    "authority",
    "client",
    "dig/key-comments.ts",
    "dig/print.ts",
    "dig/rdata-layout.ts",
    "dig/record-lines.ts",
    "dig/style.ts",
    "errors.ts",
    "faults.ts",
    "floor.ts",
    "intercept.ts",
    "journal",
    "message",
    "name",
    "query-log.ts",
    "rdata",
    "record.ts",
    "resolver",
    "responder.ts",
    "slow-path.ts",
    "text",
    "traffic.ts",
    "transfer",
    "transport",
    "tsig",
    "update",
    "wire",
    "zone",
    "zone-source.ts",
    "zonefile",
  ],
  sqlite: [
    "btree",
    "compile",
    "connection",
    "errors.ts",
    "functions",
    "journal",
    "pager",
    "planner",
    "record",
    "runtime",
    "schema",
    "sql",
    "values",
    "vfs",
    "wal",
  ],
};

/** What Node has that touches nothing outside the process. */
const HARMLESS_MODULES: readonly string[] = [
  "assert",
  "assert/strict",
  "buffer",
  "stream",
  "string_decoder",
  "util",
  "zlib",
];

/** What a rule would forbid and is right all the same, with the reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  "packages/redis/src/observe/digest.ts node:crypto": "hashes; takes no randomness from the machine",
  "packages/redis/src/scripting/sha1.ts node:crypto": "hashes; takes no randomness from the machine",
  "packages/dns/src/tsig/mac.ts node:crypto": "hashes and compares; takes no randomness from the machine",
  "packages/redis/src/acl/passwords.ts node:crypto": "hashes and compares; takes no randomness from the machine",
};

/** One import, export-from or import() with a literal. */
interface Import {
  /** Path of the importing file from the workspace's root. */
  readonly from: string;
  readonly line: number;
  readonly specifier: string;
  /** Erased before it runs. */
  readonly typeOnly: boolean;
}

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly specifier: string;
  readonly rule: string;
}

/** A rule's complaint about an import, or undefined when there is none. */
type Rule = (edge: Edge) => string | undefined;

/** An import with what the rules ask about it. */
interface Edge extends Import {
  readonly importer: Place;
  /** Where it leads inside the workspace; undefined for Node's and other people's modules. */
  readonly target: Place | undefined;
}

/** A file in the workspace. */
interface Place {
  /** The directory's name below packages/; undefined outside. */
  readonly packageName: string | undefined;
  /** From the package's directory on: "src/h1/parser.ts"; empty when only the package is known. */
  readonly path: string;
}

const isSource = (place: Place): boolean => place.path.startsWith("src/");

function isPure({ packageName, path }: Place): boolean {
  const rooms = PURE_ROOMS[packageName ?? ""] ?? [];
  return rooms.some((room) => path.startsWith(`src/${room}/`) || path === `src/${room}`);
}

const RULES: readonly Rule[] = [
  function packageHasARow({ importer: { packageName } }) {
    if (packageName === undefined || Object.hasOwn(MAY_IMPORT, packageName)) return undefined;
    return `packages/${packageName} has no row in MAY_IMPORT of scripts/boundaries.ts`;
  },

  function onlyTheFloorsBelow({ importer, target }) {
    const allowed = MAY_IMPORT[importer.packageName ?? ""];
    const other = target?.packageName;
    if (!isSource(importer) || other === undefined || other === importer.packageName) return undefined;
    if (allowed === undefined || allowed === "everybody" || allowed.includes(other)) return undefined;
    return `${importer.packageName} may import ${allowed.length === 0 ? "no other package" : `only ${allowed.join(", ")}`}`;
  },

  function nobodyStandsOnTheRoof({ importer, target }) {
    const floor = ROOF.indexOf(target?.packageName ?? "");
    if (importer.packageName === undefined || floor === -1 || ROOF.indexOf(importer.packageName) >= floor)
      return undefined;
    return `${importer.packageName} may not import ${ROOF[floor]}: it stands on everybody else`;
  },

  function packagesAreEnteredByTheirDoors({ importer, target, specifier }) {
    if (importer.packageName === undefined || target?.packageName === undefined) return undefined;
    if (target.packageName === importer.packageName || !specifier.startsWith(".")) return undefined;
    return `another package is imported by its name, never by a path into it`;
  },

  function sourcesImportNoTests({ importer, target }) {
    if (
      !isSource(importer) ||
      target === undefined ||
      target.path === "" ||
      target.packageName !== importer.packageName
    )
      return undefined;
    return isSource(target) ? undefined : "src/ imports nothing beside it";
  },

  function pureRoomsTouchNothingOutside({ importer, specifier }) {
    const name = specifier.replace(/^node:/, "");
    if (!isPure(importer) || !isBuiltin(specifier) || HARMLESS_MODULES.includes(name)) return undefined;
    return "a pure room reaches the outside only through what it is handed";
  },

  function pureRoomsImportPureRooms({ importer, target, typeOnly }) {
    if (!isPure(importer) || typeOnly || target === undefined || target.packageName !== importer.packageName)
      return undefined;
    return isPure(target) ? undefined : "what a pure room imports of its own package has to be as pure";
  },
];

/** A module's imports, static and dynamic. Throws when it does not parse. */
function importsOf(from: string, text: string): Import[] {
  const { module, errors } = parseSync(from, text);
  if (errors.length > 0) throw new Error(`${from}: ${errors[0]!.message}`);
  const found: Import[] = [];
  const add = (start: number, specifier: string, typeOnly: boolean): void => {
    found.push({ from, line: text.slice(0, start).split("\n").length, specifier, typeOnly });
  };
  for (const { start, moduleRequest, entries } of module.staticImports) {
    add(start, moduleRequest.value, entries.length > 0 && entries.every(({ isType }) => isType));
  }
  for (const { entries } of module.staticExports) {
    for (const { start, moduleRequest, isType } of entries) {
      if (moduleRequest !== null) add(start, moduleRequest.value, isType);
    }
  }
  for (const { start, moduleRequest } of module.dynamicImports) {
    const literal = literalValue(text.slice(moduleRequest.start, moduleRequest.end));
    if (literal !== undefined) add(start, literal, false);
  }
  return found;
}

/** The value of a string literal, or of a template whose only substitutions are string literals; undefined for anything computed. */
function literalValue(expression: string): string | undefined {
  const joined = expression.replaceAll(/\$\{\s*(["'])(.*?)\1\s*\}/g, "$2");
  return /^(["'`])([^"'`$]*)\1$/.exec(joined)?.[2];
}

function placeOf(path: string): Place {
  const [, packageName, rest] = /^packages\/([^/]+)\/(.*)$/.exec(path) ?? [];
  return { packageName, path: rest ?? path };
}

/** What is wrong in `packages/` below `workspace`, by file and line. */
export function violations(workspace: string): Violation[] {
  const directories = globSync("packages/*/package.json", { cwd: workspace });
  const byName = new Map(directories.map((path) => [nameIn(join(workspace, path)), posix.basename(dirname(path))]));
  const targetOf = ({ from, specifier }: Import): Place | undefined => {
    if (specifier.startsWith(".")) return placeOf(posix.join(posix.dirname(from), specifier));
    const name = /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0];
    const packageName = byName.get(name ?? "");
    return packageName === undefined ? undefined : { packageName, path: "" };
  };
  const files = globSync("packages/*/{src,web,test,bench,soak}/**/*.{ts,tsx}", {
    cwd: workspace,
    exclude: ["**/node_modules/**", "**/dist/**"],
  }).toSorted();
  return files.flatMap((file) =>
    importsOf(file, readFileSync(join(workspace, file), "utf8")).flatMap((found) => {
      const target = targetOf(found);
      // The importing package itself, by its own name, is only its door: what lies behind it is not known to be pure.
      const edge: Edge = { ...found, importer: placeOf(file), target };
      if (Object.hasOwn(EXCEPTIONS, `${file} ${found.specifier}`)) return [];
      return RULES.map((rule) => rule(edge))
        .filter((complaint) => complaint !== undefined)
        .map((rule) => ({ file, line: found.line, specifier: found.specifier, rule }));
    }),
  );
}

function nameIn(manifest: string): string {
  return (JSON.parse(readFileSync(manifest, "utf8")) as { name: string }).name; // npm has accepted it
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = violations(dirname(dirname(fileURLToPath(import.meta.url))));
  for (const { file, line, specifier, rule } of found)
    process.stdout.write(`${file}:${line}: "${specifier}": ${rule}\n`);
  process.exitCode = found.length > 0 ? 1 : 0;
}
