/**
 * Turns the workspace's packages into what is published. `publishConfig` may replace `exports` and `bin`, but npm leaves that to
 * other package managers; so each package is staged in a folder with its final package.json, and packed from there.
 *
 *   node scripts/pack.ts <folder>   tarballs into the folder
 *   node scripts/pack.ts --check    publint's opinion of each staged package; exit 1 when it finds anything
 */
import { cp, mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { build } from "./build.ts";
import { exitWith, mustRun, root } from "./command.ts";
import { type Package, publishedPackages, readManifest } from "./workspace.ts";

/** Fields of package.json that only the workspace needs. */
const WORKSPACE_ONLY = ["scripts", "devDependencies", "publishConfig"];
/** Settings of npm itself, which stay inside publishConfig. */
const NPM_SETTINGS = ["access", "registry", "tag", "provenance"];

/** package.json as published: publishConfig's fields in place of the workspace's. */
export function publishedManifest(manifest: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { publishConfig = {} } = manifest as { publishConfig?: Record<string, unknown> };
  const overrides = Object.entries(publishConfig).filter(([key]) => !NPM_SETTINGS.includes(key));
  const settings = Object.entries(publishConfig).filter(([key]) => NPM_SETTINGS.includes(key));
  const kept = Object.entries(manifest).filter(([key]) => !WORKSPACE_ONLY.includes(key));
  return {
    ...Object.fromEntries([...kept, ...overrides]),
    ...(settings.length > 0 ? { publishConfig: Object.fromEntries(settings) } : {}),
  };
}

/** Lays a built package out as it is published, in a folder of its own below `into`. Returns that folder. */
async function stage({ directory, manifest }: Package, into: string): Promise<string> {
  const staged = join(into, basename(directory));
  await mkdir(staged);
  const isProduct = (path: string): boolean => !path.endsWith(".tsbuildinfo");
  await cp(join(directory, "dist"), join(staged, "dist"), { recursive: true, filter: isProduct });
  await cp(join(root, "LICENSE"), join(staged, "LICENSE"));
  const readme = join(directory, "README.md");
  if (existsSync(readme)) await cp(readme, join(staged, "README.md"));
  const published = publishedManifest(manifest as unknown as Record<string, unknown>);
  await writeFile(join(staged, "package.json"), `${JSON.stringify(published, undefined, 2)}\n`);
  return staged;
}

export interface Tarball {
  readonly path: string;
  readonly manifest: ReturnType<typeof readManifest>;
}

/** Packs every package (they have to be built) into `destination`. */
export async function packAll(destination: string): Promise<Tarball[]> {
  return withStaged(async (folders) => {
    const tarballs: Tarball[] = [];
    for (const folder of folders) {
      const output = await mustRun(["npm", "pack", "--silent", "--pack-destination", resolve(destination)], {
        cwd: folder,
      });
      const file = output.trim().split("\n").at(-1)!;
      tarballs.push({ path: join(resolve(destination), file), manifest: readManifest(folder) });
    }
    return tarballs;
  });
}

/** What publint finds wrong, a line each; empty when all is well. */
export async function lintAll(): Promise<string[]> {
  return withStaged(async (folders) => {
    const findings: string[] = [];
    for (const folder of folders) {
      const { messages, pkg } = await publint({ pkgDir: folder, pack: "npm", strict: true });
      for (const message of messages) {
        findings.push(`${String(pkg["name"])}: ${message.type}: ${formatMessage(message, pkg) ?? message.code}`);
      }
    }
    return findings;
  });
}

async function withStaged<T>(use: (folders: readonly string[]) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "tenon-pack-"));
  try {
    const folders: string[] = [];
    for (const each of publishedPackages()) folders.push(await stage(each, directory));
    return await use(folders);
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function main([argument]: readonly string[]): Promise<number> {
  if (argument === undefined) {
    process.stderr.write("usage: node scripts/pack.ts (<folder> | --check)\n");
    return 2;
  }
  await build();
  if (argument === "--check") {
    const findings = await lintAll();
    for (const finding of findings) process.stdout.write(`${finding}\n`);
    return findings.length > 0 ? 1 : 0;
  }
  await mkdir(argument, { recursive: true });
  for (const { path } of await packAll(argument)) process.stdout.write(`${path}\n`);
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await exitWith(() => main(process.argv.slice(2)));
