/** Mutated master files and rdata: what reads has to print and read back as the same. */
import { readFileSync } from "node:fs";
import { DnsError } from "../../src/errors.ts";
import { Name } from "../../src/name/name.ts";
import { parseRdata, rdataBytes, rdataFromText, rdataText } from "../../src/rdata/rdata.ts";
import { TYPE } from "../../src/rdata/types.ts";
import { recordText } from "../../src/record.ts";
import { parseZone } from "../../src/zonefile/parser.ts";
import { mutated } from "./mutations.ts";
import { drawing } from "./random-messages.ts";

const SAMPLES = readFileSync(new URL("../fixtures/samples.zone", import.meta.url));
const SYNTAX = Buffer.from(
  '$TTL 1h\n@ SOA a b ( 1 2h ; x\n 3 4 5 )\n\tNS ns\nt TXT "a;b" c\\"d\n$ORIGIN x\n$GENERATE 1-3 h${0,2} A 192.0.2.$\n',
);
const EXAMPLE = Name.parse("example.");

/** Reads `count` mutated files, each the syntax of every kind and one line of the samples. Returns how many records there were. */
export function fuzzZoneFiles(count: number, seed: number): number {
  const draw = drawing(seed);
  const lines = SAMPLES.toString("latin1").split("\n");
  let records = 0;
  for (let i = 0; i < count; i++) {
    const line = Buffer.from(`${lines[draw(lines.length)]}\n`, "latin1");
    const source = draw(2) === 0 ? mutated(draw, Buffer.concat([SYNTAX, line])) : mutated(draw, line);
    const zone = parseZone(source, { origin: EXAMPLE, file: "zone", defaultTtl: 1 });
    for (const record of zone.records) {
      const again = parseZone(Buffer.from(recordText(record)), { origin: Name.root, file: "again" });
      if (again.errors.length > 0 || Buffer.compare(again.records[0]!.rdata, record.rdata) !== 0) {
        throw new Error(`seed ${seed}: ${recordText(record)}: ${String(again.errors[0])}`);
      }
      records += 1;
    }
  }
  return records;
}

/** Changes the rdata of samples `count` times, and reads it as its own type. Returns how often it was a value. */
export function fuzzRdata(count: number, seed: number): number {
  const draw = drawing(seed);
  const { records } = parseZone(SAMPLES, { origin: EXAMPLE, file: "samples.zone" });
  let values = 0;
  for (let i = 0; i < count; i++) {
    const { type, rdata } = records[draw(records.length)]!;
    const bytes = Uint8Array.from(mutated(draw, rdata));
    const text = rdataText(type, bytes);
    try {
      const value = parseRdata(type, bytes);
      const written = rdataBytes(value);
      // Equal values print alike, also where the wire leaves room (zeros at the end of WKS's bitmap). LOC has ten ways to say zero
      // metres, of which dig prints two differently, and so do we.
      const again = rdataText(type, written);
      if (again !== text && !(type === TYPE.LOC && again === text.replaceAll(/(?<= )0m/g, "0.00m")))
        throw new Error(`${text}, then ${again}`);
      if (Buffer.compare(rdataFromText(type, text), written) !== 0) throw new Error(`${text} reads as something else`);
      values += 1;
    } catch (error) {
      if (error instanceof DnsError && error.code !== "syntax") continue;
      throw new Error(`seed ${seed}: type ${type}, ${Buffer.from(bytes).toString("hex")}: ${text}`, { cause: error });
    }
  }
  return values;
}
