/** Records in text, as BIND and dnspython read and print them. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { Name } from "../../src/name/name.ts";
import { recordText, unknownRecordText } from "../../src/record.ts";
import { typeText } from "../../src/rdata/types.ts";
import { parseZone, type ZoneRecord } from "../../src/zonefile/parser.ts";
import { dnspython } from "./dnspython.ts";

const { records } = parseZone(readFileSync(new URL("../fixtures/samples.zone", import.meta.url)), {
  origin: Name.parse("example."),
  file: "samples.zone",
});

/** What BIND 9.18 refuses: types it lacks, calls obsolete or will not store, parameters after its time, an NSEC without types (RFC 4034 allows it). */
const BIND_LACKS = /^(?:MD|MF|TKEY|TSIG|CLA|IPN|DSYNC|HHIT|BRID) |tls-supported-groups|^NSEC \\000/;

function dataText(record: ZoneRecord): string {
  return recordText(record).split(" ").slice(3).join(" ");
}

/** The zone as named-compilezone prints it: sorted lines without blanks, which BIND sets as it likes. */
function compiled(compilezone: string, lines: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "tenon-dns-"));
  try {
    const [zone, output] = [join(folder, "zone"), join(folder, "out")];
    writeFileSync(zone, `${lines.join("\n")}\n`);
    const options = ["-i", "none", "-k", "ignore", "-m", "ignore", "-M", "ignore", "-n", "ignore", "-S", "ignore"];
    const run = spawnSync(compilezone, [...options, "-s", "full", "-o", output, "example.", zone], {
      encoding: "utf8",
    });
    expect(run.status, run.stdout + run.stderr).toBe(0);
    return normalized(readFileSync(output, "utf8").trimEnd().split("\n"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** BIND prints names that it has met before in the letters of that time, and `dohpath` by number. */
function normalized(lines: readonly string[]): string[] {
  return lines
    .filter((line) => !line.startsWith(";"))
    .map((line) => line.replaceAll(/\s/g, "").replace("key7=", "dohpath=").toLowerCase())
    .sort();
}

test("named-compilezone reads our text and our \\# form, and prints what we print", () => {
  const compilezone = peer("named-compilezone");
  if (compilezone === undefined) return;
  const shared = records.filter((record) => !BIND_LACKS.test(dataText(record)));
  expect(shared.length).toBeGreaterThan(100);
  const ours = [...new Set(normalized(shared.map(recordText)))];
  expect(compiled(compilezone, shared.map(recordText))).toEqual(ours);
  expect(compiled(compilezone, shared.map(unknownRecordText))).toEqual(ours);
});

/** What dnspython refuses because it wants more than the format: digests of the right length, an ECH that parses, its own syntax for TKEY, locators with all their zeros. */
const DNSPYTHON_DIFFERS = new Set(["TLSA", "SMIMEA", "TKEY", "SVCB", "HTTPS", "NID", "L64"]);

test("dnspython makes the same bytes of our text", async () => {
  using python = dnspython();
  if (python === undefined) return;
  let compared = 0;
  for (const { type, rdata, ...record } of records) {
    const text = dataText({ type, rdata, ...record })
      .split(" ")
      .slice(1)
      .join(" ");
    const answer = await python.ask({ op: "rdata", type, text });
    if (answer["wire"] === undefined) {
      const reason = String(answer["error"]);
      expect(
        DNSPYTHON_DIFFERS.has(typeText(type)) || /generic rdata|is unknown|not a valid RdataType/.test(reason),
        `${text}: ${reason}`,
      ).toBe(true);
      continue;
    }
    expect(answer["wire"], `${typeText(type)} ${text}`).toBe(Buffer.from(rdata).toString("hex"));
    compared += 1;
  }
  expect(compared).toBeGreaterThan(80);
});
