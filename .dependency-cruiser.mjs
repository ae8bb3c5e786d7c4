/**
 * Who may import whom: the design's rules, checked by dependency-cruiser (`npm run check`).
 * Tests of the rules themselves: scripts/test/boundaries.test.ts.
 */

/** The packages that exist, and what each may import of the others. A new system adds its row; "http" only where the real thing speaks HTTP. */
const MAY_IMPORT = {
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
  console: ["*"],
  tenon: ["*"],
};

/**
 * The rooms that are codecs and engines: bytes and values in, bytes and values out. What they need of the outside is handed to them.
 * Paths inside packages/<name>/src, as regular expressions.
 */
export const PURE_ROOMS = {
  kit: ["bytes/", "checksums/"],
  http: ["h1/", "semantics/"],
  redis: ["resp/", "commands/", "engine/", "types/", "keyspace/"],
};

/** What Node has that touches nothing outside the process. */
const HARMLESS_NODE_MODULES = ["assert", "buffer", "string_decoder", "util", "util/types", "zlib"];

const packageBoundaries = Object.entries(MAY_IMPORT)
  .filter(([, allowed]) => !allowed.includes("*"))
  .map(([name, allowed]) => ({
    name: `${name}-imports-only-its-floor`,
    comment: `@tenon/${name} may import ${allowed.map((other) => `@tenon/${other}`).join(", ") || "no other package"}.`,
    severity: "error",
    from: { path: `^packages/${name}/src/` },
    to: { path: "^packages/", pathNot: `^packages/(${[name, ...allowed].join("|")})/` },
  }));

const purity = Object.entries(PURE_ROOMS).flatMap(([name, rooms]) => {
  const inside = `^packages/${name}/src/(${rooms.join("|")})`;
  return [
    {
      name: `${name}-pure-rooms-touch-nothing-outside`,
      comment:
        "Codecs and engines import no sockets, files, processes or timers: the World is handed to their callers.",
      severity: "error",
      from: { path: inside },
      to: { dependencyTypes: ["core"], pathNot: `^(node:)?(${HARMLESS_NODE_MODULES.join("|")})$` },
    },
    {
      name: `${name}-pure-rooms-import-pure-rooms`,
      comment:
        "What a codec or engine imports of its own package has to be as pure as itself. Move the shared part into a pure room.",
      severity: "error",
      from: { path: inside },
      to: { path: `^packages/${name}/src/`, pathNot: inside },
    },
  ];
});

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...packageBoundaries,
    ...purity,
    {
      name: "packages-have-a-row",
      comment: "A package that MAY_IMPORT does not know would be bound by no rule.",
      severity: "error",
      from: { path: "^packages/", pathNot: `^packages/(${Object.keys(MAY_IMPORT).join("|")})/` },
      to: {},
    },
    {
      name: "nobody-imports-console-or-tenon",
      comment: "The console and the umbrella stand on everybody else.",
      severity: "error",
      from: { path: "^packages/", pathNot: "^packages/(console|tenon)/" },
      to: { path: "^packages/(console|tenon)/" },
    },
    {
      name: "console-does-not-import-tenon",
      comment: "The umbrella hands the console a StackView.",
      severity: "error",
      from: { path: "^packages/console/" },
      to: { path: "^packages/tenon/" },
    },
    {
      name: "packages-are-entered-by-their-doors",
      comment: "Another package is imported by its name, and so through its `exports`; never by a path into it.",
      severity: "error",
      from: { path: "^packages/([^/]+)/" },
      to: { path: "^packages/", pathNot: "^packages/$1/", dependencyTypes: ["local"] },
    },
    {
      name: "sources-import-no-tests",
      severity: "error",
      from: { path: "^packages/[^/]+/src/" },
      to: { path: "(^|/)(test|bench|soak|scripts)/" },
    },
    {
      name: "everything-resolves",
      comment: "A path that does not exist, or a door that the package does not have.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "no-deprecated-node-modules",
      severity: "error",
      from: {},
      to: { dependencyTypes: ["deprecated"] },
    },
  ],
  options: {
    // TypeScript 7 has no programming interface, so swc parses. Dependency-cruiser does not let it read JSX: the console's components
    // (packages/console/web/**/*.tsx) are left out, the page's plain modules are not.
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|fixtures)/|\\.tsx$" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
      extensions: [".ts", ".tsx", ".js", ".mjs", ".json"],
    },
  },
};
