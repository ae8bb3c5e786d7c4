/** The packages of the workspace, as their package.json files tell. */
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./command.ts";

/** The parts of a package.json that the workshop reads. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly publishConfig?: Readonly<Record<string, unknown>>;
}

export interface Package {
  readonly directory: string;
  readonly manifest: Manifest;
}

export function readManifest(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Manifest; // npm has accepted it
}

/** What gets published, by directory name. */
export function publishedPackages(): Package[] {
  return globSync("packages/*/package.json", { cwd: root })
    .toSorted()
    .map((path) => join(root, dirname(path)))
    .map((directory) => ({ directory, manifest: readManifest(directory) }))
    .filter(({ manifest }) => manifest.private !== true);
}
