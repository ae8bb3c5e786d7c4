import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DnsError } from "../src/errors.ts";
import { Name } from "../src/name/name.ts";
import { WireReader } from "../src/wire/reader.ts";
import { WireWriter } from "../src/wire/writer.ts";

const label = fc.uint8Array({ minLength: 1, maxLength: 20 });
const names = fc.array(label, { maxLength: 8 }).map((labels) => Name.fromLabels(labels));

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof DnsError) return error.code;
    throw error;
  }
  return undefined;
}

describe("text", () => {
  test("any bytes come back from their text", () => {
    fc.assert(
      fc.property(names, (name) => {
        expect(Name.parse(name.toString()).wire).toEqual(name.wire);
      }),
    );
  });

  test("escapes make labels of any bytes, dots included", () => {
    const name = Name.parse(String.raw`a\.b.\000\255\ c.example.`);
    expect(name.labels().map((bytes) => [...bytes])).toEqual([
      [0x61, 0x2e, 0x62],
      [0, 255, 0x20, 0x63],
      [..."example"].map((c) => c.charCodeAt(0)),
    ]);
    expect(name.toString()).toBe(String.raw`a\.b.\000\255\032c.example.`);
  });

  test("a name without its last dot is relative, @ is the origin", () => {
    const origin = Name.parse("example.org.");
    expect(Name.parse("a.b", origin).toString()).toBe("a.b.example.org.");
    expect(Name.parse("a.b.", origin).toString()).toBe("a.b.");
    expect(Name.parse("@", origin)).toBe(origin);
    expect(Name.parse(".", origin).isRoot).toBe(true);
    expect(Name.parse(String.raw`\@`, origin).toString()).toBe(String.raw`\@.example.org.`);
  });

  test.each([
    ["", "syntax"],
    ["a..b", "syntax"],
    [".a", "syntax"],
    ["a\\", "syntax"],
    ["a\\25", "syntax"],
    ["a\\256", "syntax"],
    ["x".repeat(64), "bad-label"],
    [`${"x".repeat(63)}.`.repeat(4), "name-too-long"],
  ])("%j is refused: %s", (text, code) => {
    expect(codeOf(() => Name.parse(text))).toBe(code);
  });

  test("the longest name has 255 bytes, its origin included", () => {
    const label = "x".repeat(63);
    const longest = Name.parse(`${label}.${label}.${label}.${"x".repeat(61)}.`);
    expect(longest.wire.length).toBe(255);
    const origin = Name.parse(`${label}.${label}.${label}.`);
    expect(Name.parse("x".repeat(61), origin).wire.length).toBe(255);
    expect(codeOf(() => Name.parse("x".repeat(62), origin))).toBe("name-too-long");
  });
});

describe("relations", () => {
  test("the canonical order is that of RFC 4034 §6.1", () => {
    const ordered = [
      "example.",
      "a.example.",
      "yljkjljk.a.example.",
      "Z.a.example.",
      "zABC.a.EXAMPLE.",
      "z.example.",
      String.raw`\001.z.example.`,
      "*.z.example.",
      String.raw`\200.z.example.`,
    ].map((text) => Name.parse(text));
    const shuffled = ordered.toReversed().sort((a, b) => a.compare(b));
    expect(shuffled.map(String)).toEqual(ordered.map(String));
  });

  test("only ASCII letters fold", () => {
    expect(Name.parse("ExAmple.").equals(Name.parse("eXaMPLE."))).toBe(true);
    expect(Name.parse("ExAmple.").hash()).toBe(Name.parse("eXaMPLE.").hash());
    expect(Name.parse(String.raw`\196.`).equals(Name.parse(String.raw`\228.`))).toBe(false);
    expect(Name.parse("@x.").equals(Name.parse("`x."))).toBe(false);
  });

  test("below means by whole labels", () => {
    const zone = Name.parse("example.org.");
    expect(Name.parse("a.Example.ORG.").isBelow(zone)).toBe(true);
    expect(Name.parse("aexample.org.").isBelow(zone)).toBe(false);
    expect(Name.parse(String.raw`a\.example.org.`).isBelow(zone)).toBe(false);
    expect(zone.isBelow(zone)).toBe(false);
    expect(zone.isAtOrBelow(zone)).toBe(true);
    expect(zone.isBelow(Name.root)).toBe(true);
  });

  test("parents, ends and labels in front", () => {
    const name = Name.parse("a.b.example.");
    expect(name.parent()!.toString()).toBe("b.example.");
    expect(name.suffix(1).toString()).toBe("example.");
    expect(name.suffix(0).isRoot).toBe(true);
    expect(name.prepend(Buffer.from("*")).isWildcard).toBe(true);
    expect(Name.root.parent()).toBeUndefined();
    expect(() => name.suffix(4)).toThrow(RangeError);
  });
});

describe("wire", () => {
  test("names that share ends come back from a compressed message", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(names, fc.nat()), { minLength: 1, maxLength: 20 }), (drawn) => {
        // Each name below an end of the one before it, so that there is something to compress.
        const chain: Name[] = [];
        for (const [name, take] of drawn) {
          const before = chain.at(-1) ?? Name.root;
          const end = before.suffix(take % (before.labelCount + 1));
          const joined = [...name.labels(), ...end.labels()];
          if (joined.reduce((sum, part) => sum + part.length + 1, 1) <= 255) chain.push(Name.fromLabels(joined));
        }
        const writer = new WireWriter("compress");
        writer.bytes(new Uint8Array(12));
        for (const name of chain) writer.name(name, "compressible");
        const reader = new WireReader(writer.view(), 12);
        for (const name of chain) expect(reader.name().wire).toEqual(name.wire);
        expect(reader.remaining).toBe(0);
      }),
    );
  });

  test("a repeated name is a pointer, in its own letters only", () => {
    const writer = new WireWriter("compress");
    writer.bytes(new Uint8Array(12));
    for (const text of ["a.example.", "b.example.", "A.example.", "a.example.", "example.", "."]) {
      writer.name(Name.parse(text), "compressible");
    }
    expect(Buffer.from(writer.view().subarray(12)).toString("hex")).toBe(
      "0161076578616d706c6500" + "0162c00e" + "0141c00e" + "c00c" + "c00e" + "00",
    );
  });

  test("names behind the reach of pointers are written out", () => {
    const writer = new WireWriter("compress");
    writer.bytes(new Uint8Array(0x4000));
    const name = Name.parse("a.example.");
    writer.name(name, "compressible");
    writer.name(name, "compressible");
    expect(writer.length).toBe(0x4000 + 2 * name.wire.length);
  });

  test.each([
    ["a pointer to itself", [0xc0, 0], 0, "bad-pointer"],
    ["a pointer forwards", [0xc0, 2, 0], 0, "bad-pointer"],
    ["pointers in a circle", [0xc0, 2, 0xc0, 0], 2, "bad-pointer"],
    ["a label that leads back into itself", [1, 0x61, 0xc0, 0], 0, "bad-pointer"],
    ["a reserved kind of label", [0x40, 0], 0, "bad-label"],
    ["a label that is cut", [3, 0x61], 0, "truncated"],
    ["a pointer that is cut", [0xc0], 0, "truncated"],
    ["no root", [1, 0x61], 0, "truncated"],
    ["256 bytes", [...Array.from({ length: 127 }, () => [1, 0x61]).flat(), 1, 0x61, 0], 0, "name-too-long"],
  ] as const)("%s is refused", (_, bytes, at, code) => {
    expect(codeOf(() => new WireReader(Uint8Array.from(bytes), at).name())).toBe(code);
  });

  test("a chain of more pointers than a name has labels is refused", () => {
    const chain = [0, ...Array.from({ length: 200 }, (_, i) => [0xc0, i === 0 ? 0 : i * 2 - 1]).flat()];
    const at = (pointers: number): WireReader => new WireReader(Uint8Array.from(chain), pointers * 2 - 1);
    expect(at(127).name().isRoot).toBe(true);
    expect(codeOf(() => at(128).name())).toBe("bad-pointer");
  });
});
