/** The locales that GNU grep is compared in: the machine's own, or compiled from their sources into a folder. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { peer } from "../../../../scripts/test-peer.ts";

export interface Locales extends Disposable {
  /** To be added to the environment. */
  readonly env: Readonly<Record<string, string>>;
}

const NEEDED = ["en_US", "tr_TR"] as const;

/** Undefined when the machine has neither the locales nor their sources. */
export function gnuLocales(): Locales | undefined {
  const installed = execFileSync("locale", ["-a"], { encoding: "utf8" }).split("\n");
  if (NEEDED.every((name) => installed.includes(`${name}.utf8`))) return { env: {}, [Symbol.dispose]() {} };
  if (peer("locale-gen") === undefined || !existsSync("/usr/share/i18n/locales/en_US")) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "tenon-locales-"));
  // The C locales are looked for in the same folder as the others.
  for (const name of [...NEEDED, "C"]) {
    const target = join(folder, `${name}.UTF-8`);
    spawnSync("localedef", ["--no-archive", "-i", name, "-f", "UTF-8", target], { stdio: "ignore" });
  }
  return { env: { LOCPATH: folder }, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
