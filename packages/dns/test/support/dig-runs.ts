/** The same command line through dig and through ours, made comparable: no ids, cookies, times and versions. */
import { execFile } from "node:child_process";
import { realWorld } from "@tenon/kit";
import { Dig, type DigEnvironment } from "../../src/dig/dig.ts";

export interface DigRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export function runDig(dig: string, words: readonly string[], input = ""): Promise<DigRun> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, HOME: "/nonexistent", TZ: "UTC" }, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(dig, [...words], options, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, out, err });
    });
    // One that does not read its input may be gone before it is written.
    child.stdin!.on("error", () => {});
    child.stdin!.end(input);
  });
}

export async function runOurs(words: readonly string[], environment: Partial<DigEnvironment> = {}): Promise<DigRun> {
  let [out, err] = ["", ""];
  const dig = new Dig(realWorld, {
    print: (text) => void (out += text),
    warn: (text) => void (err += text),
    readFile: () => undefined,
    resolvConf: "",
    digrc: "",
    addressesOf: async (host) => (host === "localhost" ? ["127.0.0.1"] : []),
    ...environment,
  });
  const code = await dig.run(words);
  return { code, out, err };
}

/** Records within a section in order: servers turn them round as they like. */
export function comparable({ code, out, err }: DigRun): DigRun {
  const text = out
    .replaceAll(/<<>> DiG [^<]*<<>>/g, "<<>> DiG <<>>")
    .replaceAll(/\bid: \d+/g, "id: N")
    .replaceAll(/COOKIE: [0-9a-f]+/g, "COOKIE: X")
    .replaceAll(/Query time: \d+ (m|u)sec/g, "Query time: N $1sec")
    .replaceAll(/ in \d+ (m|u)s/g, " in N $1s")
    .replaceAll(/WHEN: .*/g, "WHEN: T")
    .replaceAll(/!!timestamp \S+/g, "!!timestamp T")
    .replaceAll(/(expected|got) (ID )?\d+/g, "$1 $2N")
    .replaceAll(/\d{10} 300 (\d+) \S* ?\d+ (\w+) 0 ?$/gm, "T 300 $1 MAC ID $2 0");
  return { code, out: sortedRuns(text), err: err.replaceAll(/DiG 9\S*.*/g, "DiG").replaceAll(/^\S*\/dig:/gm, "dig:") };
}

/** Neighbouring lines that begin as records of one owner and type. */
function sortedRuns(text: string): string {
  const lines = text.split("\n");
  const ownerOf = (line: string): string | undefined =>
    /^(?:\s+- ')?([^;\s]\S*\s+.*?\b(?:IN|CLASS1)\s+\S+)/.exec(line)?.[1];
  const out: string[] = [];
  let run: string[] = [];
  for (const line of [...lines, ""]) {
    if (run.length > 0 && ownerOf(line) !== undefined && ownerOf(line) === ownerOf(run[0]!)) run.push(line);
    else {
      out.push(...run.sort());
      run = [line];
    }
  }
  return out.join("\n");
}
