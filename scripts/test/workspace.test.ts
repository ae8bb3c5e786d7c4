import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PURE_ROOMS } from "../boundaries.ts";
import { capture, root } from "../command.ts";
import { publishedPackages } from "../workspace.ts";

/** TypeScript's and oxlint's configuration files allow comments on lines of their own. */
function readConfig<T>(path: string): T {
  const text = readFileSync(join(root, path), "utf8").replaceAll(/^\s*\/\/.*$/gm, "");
  return JSON.parse(text) as T; // checked by the assertions that use it
}

test("`tsc --build` in the root builds every project of every package", () => {
  const referenced = readConfig<{ references: { path: string }[] }>("tsconfig.json").references.map(({ path }) =>
    path.endsWith(".json") ? path : `${path}/tsconfig.json`,
  );
  const projects = globSync(
    ["packages/*/tsconfig*.json", "packages/*/web/tsconfig.json", "{bench,scripts}/tsconfig*.json"],
    {
      cwd: root,
    },
  );
  expect(referenced.toSorted()).toEqual(projects.toSorted());
});

test("every door of a package has its built counterpart in publishConfig", () => {
  for (const { directory, manifest } of publishedPackages()) {
    const published = (manifest.publishConfig?.["exports"] ?? {}) as Record<string, { types: string; default: string }>;
    expect(Object.keys(published), manifest.name).toEqual(Object.keys(manifest.exports ?? {}));
    for (const [door, source] of Object.entries(manifest.exports ?? {})) {
      expect(existsSync(join(directory, String(source))), `${manifest.name} ${door}: ${String(source)}`).toBe(true);
      const built = String(source).replace("./src/", "./dist/").replace(/\.ts$/, "");
      expect(published[door], `${manifest.name} ${door}`).toEqual({ types: `${built}.d.ts`, default: `${built}.js` });
    }
  }
});

test("every package has scripts of its own for test, bench and soak", () => {
  for (const { directory } of publishedPackages()) {
    const { scripts } = readConfig<{ scripts: Record<string, string> }>(
      join(directory.slice(root.length), "package.json"),
    );
    expect(Object.keys(scripts), directory).toEqual(expect.arrayContaining(["test", "bench", "soak"]));
  }
});

interface LintConfig {
  readonly overrides: { readonly files: readonly string[]; readonly rules: Record<string, unknown> }[];
}

test("lint keeps time and chance out of the very rooms that the import rules keep pure", () => {
  const fromBoundaries = Object.entries(PURE_ROOMS).map(
    ([name, rooms]) => `packages/${name}/src/{${rooms.join(",")}}{,/**}`,
  );
  const pure = readConfig<LintConfig>(".oxlintrc.json").overrides.find(({ rules }) => "no-restricted-globals" in rules);
  expect(pure!.files).toEqual(fromBoundaries);
});

test.runIf(existsSync(join(root, ".git")))("git does not see what commands leave behind", async () => {
  const left = [
    "node_modules/x",
    "packages/kit/dist/x",
    ".peers/x",
    ".tenon/x",
    "build/ci/x",
    "packages/kit/tsconfig.tsbuildinfo",
  ];
  const { output } = await capture(["git", "check-ignore", ...left]);
  expect(output.trim().split("\n")).toEqual(left);
});
