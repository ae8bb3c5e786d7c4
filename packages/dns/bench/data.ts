/** What the servers are given and asked: made once a run, in a temporary folder that goes with the process. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const ORIGIN = "bench.example.net.";
export const HOSTS = 100_000;
export const MILLION = 1_000_000;

let folder: string | undefined;
const made = new Map<string, string>();

/** Path of a file that `contents` fills when it is first asked for. */
function file(name: string, contents: () => string): string {
  const known = made.get(name);
  if (known !== undefined) return known;
  if (folder === undefined) {
    const directory = mkdtempSync(join(tmpdir(), "tenon-bench-dns-"));
    process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
    folder = directory;
  }
  const path = join(folder, name);
  writeFileSync(path, contents());
  made.set(name, path);
  return path;
}

const HEAD = `$ORIGIN ${ORIGIN}
$TTL 3600
@ SOA ns hostmaster 1 3600 900 604800 300
@ NS ns
ns A 127.0.0.1
`;

function address(i: number): string {
  return `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;
}

function lines(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => line(i)).join("");
}

/** 100,000 hosts, and a wildcard beside them. */
export function hostsZone(): string {
  return file("hosts.zone", () => `${HEAD}${lines(HOSTS, (i) => `h${i} A ${address(i)}\n`)}*.w TXT "any"\n`);
}

/** The same as a file of hosts, which is what dnsmasq looks up fastest. */
export function hostsFile(): string {
  return file("hosts", () => lines(HOSTS, (i) => `${address(i)} h${i}.${ORIGIN.slice(0, -1)}\n`));
}

/** A million records: 750,000 hosts of which 100,000 have IPv6 as well, aliases, mail and text. */
export function millionZone(): string {
  return file("million.zone", () => {
    const hosts = lines(
      750_000,
      (i) =>
        `h${i} A ${address(i)}\n${i < 100_000 ? `h${i} AAAA 2001:db8::${(i >> 16).toString(16)}:${(i & 0xffff).toString(16)}\n` : ""}`,
    );
    const rest = lines(
      50_000,
      (i) => `a${i} CNAME h${i}\nm${i} MX 10 h${i}\nt${i} TXT "v=spf1 a:h${i}.${ORIGIN} -all"\n`,
    );
    return (
      HEAD +
      hosts +
      rest
        .slice(0, -1)
        .split("\n")
        .slice(0, MILLION - 850_000 - 3)
        .join("\n") +
      "\n"
    );
  });
}

/** A fixed order that follows no stride. */
function shuffled(i: number, of: number): number {
  return (Math.imul(i, 0x9e37_79b1) >>> 0) % of;
}

/** Names that are there. */
export function hitQueries(count = HOSTS): string {
  return file(`hits-${count}`, () => lines(HOSTS, (i) => `h${shuffled(i, count)}.${ORIGIN} A\n`));
}

/** Of ten: six hits, two that do not exist, one without such data, one by the wildcard. */
export function mixedQueries(): string {
  return file("mix", () =>
    lines(HOSTS, (i) => {
      const n = shuffled(i, HOSTS);
      const kind = i % 10;
      if (kind < 6) return `h${n}.${ORIGIN} A\n`;
      if (kind < 8) return `x${n}.${ORIGIN} A\n`;
      return kind === 8 ? `h${n}.${ORIGIN} AAAA\n` : `n${n}.w.${ORIGIN} TXT\n`;
    }),
  );
}

/** NOERROR's share of the answers to `mixedQueries`. */
export const MIX_NOERROR_SHARE = 0.79;
