import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const CLI = fileURLToPath(new URL("../src/cli.ts", import.meta.url));

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tenon-dns-"));
  const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);
  mkdirSync(join(folder, "sub"));
  write(
    "good",
    '$TTL 1h\n@ SOA ns root 1 2h 3 4 5m\n  NS ns\nns A 192.0.2.1\n$INCLUDE sub/more sub\nt TXT ( "a"\n  b ) ; end\n',
  );
  write("sub/more", "www IN 60 CNAME ns.example.\n");
  write(
    "bad",
    "$TTL 1h\n@ SOA ns root 1 2 3 4 5\n@ NS ns\nx A 1.2.3\ny A 192.0.2.1\n\nz (\nMX ten mail\n)\nq TXT ok\n",
  );
  write("loose", "$TTL 1h\n@ NS ns\nwww A 192.0.2.1\nwww CNAME x\nother.example.org. A 192.0.2.1\n");
  write(
    "new",
    "$TTL 1h\n@ SOA ns root 2 2h 3 4 5m\n  NS ns\nNS A 192.0.2.1\nns A 192.0.2.2\nwww.sub IN 60 CNAME ns\nt TXT a b\n",
  );
  write("escape", "$TTL 1\n@ SOA ns root 1 2 3 4 5\n@ NS ns.example.net.\n$INCLUDE ../../etc/hostname\n");
});

afterAll(() => rmSync(folder, { recursive: true }));

function dns(...args: string[]): { code: number | null; out: string; err: string } {
  const run = spawnSync(process.execPath, [CLI, ...args], { cwd: folder, encoding: "utf8" });
  return { code: run.status, out: run.stdout, err: run.stderr };
}

const FORMATTED = `example. 3600 IN SOA ns.example. root.example. 1 7200 3 4 300
example. 3600 IN NS ns.example.
ns.example. 3600 IN A 192.0.2.1
www.sub.example. 60 IN CNAME ns.example.
t.example. 3600 IN TXT "a" "b"
`;

test("zone format prints one record a line, in the order of the file", () => {
  expect(dns("zone", "format", "good", "--origin", "example.")).toEqual({ code: 0, out: FORMATTED, err: "" });
});

test("zone format --unknown prints TYPEn and hexadecimal", () => {
  const { code, out } = dns("zone", "format", "good", "--origin", "example", "--unknown");
  expect(code).toBe(0);
  expect(out.split("\n").slice(2, 5)).toEqual([
    "ns.example. 3600 IN TYPE1 \\# 4 C0000201",
    "www.sub.example. 60 IN TYPE5 \\# 12 026E73076578616D706C6500",
    "t.example. 3600 IN TYPE16 \\# 4 01610162",
  ]);
});

const REFUSED = `bad:4: A address is malformed: "1.2.3"\nbad:8: MX preference is no number: "ten"\n`;

test("what is refused goes to standard error with its line; --keep-going prints the rest", () => {
  expect(dns("zone", "format", "bad", "--origin", "example")).toEqual({ code: 1, out: "", err: REFUSED });
  const kept = dns("zone", "format", "bad", "--origin", "example", "--keep-going");
  expect(kept).toMatchObject({ code: 1, err: REFUSED });
  expect(kept.out.split("\n").slice(2)).toEqual(["y.example. 3600 IN A 192.0.2.1", 'q.example. 3600 IN TXT "ok"', ""]);
});

test("zone check says nothing of a good zone, and where a bad one is wrong", () => {
  expect(dns("zone", "check", "good", "--origin", "example")).toEqual({ code: 0, out: "", err: "" });
  expect(dns("zone", "check", "bad", "--origin", "example")).toEqual({ code: 1, out: "", err: REFUSED });
  expect(dns("zone", "check", "loose", "--origin", "example")).toEqual({
    code: 1,
    out: "",
    err: [
      "loose:1: no SOA at example.",
      "loose:4: www.example. has a CNAME and other data",
      "loose:5: other.example.org. is outside of the zone example.",
      "",
    ].join("\n"),
  });
});

test("zone diff prints what went and what came, the SOA first, and ends with 1", () => {
  expect(dns("zone", "diff", "good", "new", "--origin", "example")).toEqual({
    code: 1,
    out: `-example. 3600 IN SOA ns.example. root.example. 1 7200 3 4 300
+example. 3600 IN SOA ns.example. root.example. 2 7200 3 4 300
+ns.example. 3600 IN A 192.0.2.2
`,
    err: "",
  });
  expect(dns("zone", "diff", "good", "good", "--origin", "example")).toEqual({ code: 0, out: "", err: "" });
});

test("$INCLUDE does not leave the directory of the zone's file", () => {
  const { code, err } = dns("zone", "check", "escape", "--origin", "example");
  expect(code).toBe(1);
  expect(err).toMatch(/^escape:4: cannot include \.\.\/\.\.\/etc\/hostname: /);
});

test("usage errors end with 2, missing files with 1", () => {
  expect(dns("zone", "check", "good").code).toBe(2);
  expect(dns("zone", "check", "nowhere", "--origin", "example").code).toBe(1);
});
