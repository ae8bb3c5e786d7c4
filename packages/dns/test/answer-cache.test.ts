import { expect, test } from "vitest";
import { AnswerCache } from "../src/authority/answer-cache.ts";
import { ResponseWriter, SECTION } from "../src/authority/response-writer.ts";
import { Name } from "../src/name/name.ts";
import { TYPE } from "../src/rdata/types.ts";
import { ByteArena, offsetOf } from "../src/zone/byte-arena.ts";
import { LookupName } from "../src/zone/lookup-name.ts";
import { BlockBuilder, findSet } from "../src/zone/record-block.ts";
import { queryBytes } from "./support/queries.ts";

const out = new Uint8Array(4096);
const ANY_GENERATION = 0;

function lookup(text: string): LookupName {
  const name = new LookupName();
  name.readWire(Name.parse(text).wire);
  return name;
}

/** A writer that has written, behind a question for `text`, an MX set whose name ends like the question's. */
function written(text: string): { writer: ResponseWriter; name: LookupName } {
  const arena = new ByteArena();
  const block = new BlockBuilder();
  block.add(TYPE.MX, 1, 60, Buffer.concat([Buffer.of(0, 1), Name.parse("mail.example.").wire]));
  const address = block.write(arena, () => Name.root);
  const name = lookup(text);
  const query = queryBytes(Name.parse(text), TYPE.MX);
  out.set(query);
  const writer = new ResponseWriter();
  writer.begin(out, query.length, 512, name, name.labelCount - 1);
  const chunk = arena.chunkOf(address);
  expect(writer.questionSet(SECTION.ANSWER, chunk, findSet(chunk, offsetOf(address), TYPE.MX))).toBe(true);
  return { writer, name };
}

test("an answer comes back, moved behind a question of another length", () => {
  const { writer, name } = written("a.example.");
  const cache = new AnswerCache();
  cache.keep(1, 4, TYPE.MX, ANY_GENERATION, 0x0400, writer, name);
  const entry = cache.find(1, 4, TYPE.MX, 9);
  const longer = written("longer.example.");
  const expected = out.slice(0, longer.writer.length);
  out.fill(0, longer.name.length + 16);
  expect(cache.copy(entry, out, longer.name.length + 16, longer.name.length)).toBe(expected.length);
  expect(out.slice(0, expected.length)).toEqual(expected);
  expect([cache.flags(entry), cache.count16(entry, 0), cache.count16(entry, 1)]).toEqual([0x0400, 1, 0]);
});

test("an answer is known by its data, its kind and its generation", () => {
  const { writer, name } = written("a.example.");
  const cache = new AnswerCache();
  cache.keep(1, 4, TYPE.MX, 7, 0, writer, name);
  expect(cache.find(1, 4, TYPE.MX, 7)).toBeGreaterThan(-1);
  for (const [arena, address, kind, generation] of [
    [2, 4, TYPE.MX, 7],
    [1, 8, TYPE.MX, 7],
    [1, 4, TYPE.A, 7],
    [1, 4, TYPE.MX, 8],
  ] as const) {
    expect(cache.find(arena, address, kind, generation)).toBe(-1);
  }
  cache.keep(1, 4, TYPE.MX, 8, 0x0400, writer, name);
  expect(cache.flags(cache.find(1, 4, TYPE.MX, 8))).toBe(0x0400);
  expect(cache.count).toBe(1);
});

test("it holds no more than it may, and goes on", () => {
  const { writer, name } = written("a.example.");
  const maxBytes = 1 << 16;
  const cache = new AnswerCache(maxBytes);
  for (let address = 1; address < 20_000; address++) {
    cache.keep(1, address, TYPE.MX, ANY_GENERATION, 0, writer, name);
    expect(cache.find(1, address, TYPE.MX, 1)).toBeGreaterThan(-1);
  }
  expect(cache.bytes).toBeLessThan(2 * maxBytes);
  expect(cache.count).toBeGreaterThan(100);
});
