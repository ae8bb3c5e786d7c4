import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { peer } from "../../../scripts/test-peer.ts";
import { DIALECTS } from "../src/index.ts";
import { javaDoubleText, numberText } from "../src/values/number-text.ts";
import { randomNumbers } from "./differential/program-generator.ts";

/** Java's own text for each, by the documentation of Double.toString (JDK 19 and later). */
const JAVA: readonly (readonly [number, string])[] = [
  [0, "0.0"],
  [-0, "-0.0"],
  [1, "1.0"],
  [100, "100.0"],
  [0.001, "0.001"],
  [0.00099999, "9.9999E-4"],
  [1e-4, "1.0E-4"],
  [9_999_999, "9999999.0"],
  [1e7, "1.0E7"],
  [12_345_678, "1.2345678E7"],
  [1e21, "1.0E21"],
  [1e23, "1.0E23"],
  [0.1 + 0.2, "0.30000000000000004"],
  [1 / 3, "0.3333333333333333"],
  [5e-324, "4.9E-324"],
  [2e-323, "2.0E-323"],
  [Number.MAX_VALUE, "1.7976931348623157E308"],
  [2 ** 53, "9.007199254740992E15"],
  [NaN, "NaN"],
  [Infinity, "Infinity"],
  [-Infinity, "-Infinity"],
];

test.each(JAVA)("%d is printed as Java prints it", (value, text) => {
  expect(javaDoubleText(value)).toBe(text);
  expect(numberText(value, DIALECTS.jlox)).toBe(text.replace(/\.0$/, ""));
});

test("the %g of the clox dialect is that of C", () => {
  const lua = peer("lua5.4");
  if (lua === undefined) return;
  const random = randomNumbers(7);
  const bits = new DataView(new ArrayBuffer(8));
  const values = [
    0,
    -0,
    1,
    0.5,
    100_000.5,
    100_001.5,
    999_999.5,
    9_999_995,
    1e-4,
    1e-5,
    5e-324,
    1e21,
    Infinity,
    -Infinity,
  ];
  for (let count = 0; count < 3_000; count++) {
    bits.setUint32(0, random() * 2 ** 32);
    bits.setUint32(4, random() * 2 ** 32);
    const any = bits.getFloat64(0);
    // Halves and sixty-fourths: ties, which C rounds to even.
    values.push(Number.isNaN(any) ? 1 : any, Math.round(random() * 1e8) / 2, Math.round(random() * 2e6) / 64);
  }
  const script = `for line in io.lines() do print(string.format("%g", string.unpack("<d", (line:gsub("..", function(h) return string.char(tonumber(h, 16)) end))))) end`;
  const hex = values.map((value) => Buffer.from(new Float64Array([value]).buffer).toString("hex")).join("\n");
  const wanted = execFileSync(lua, ["-e", script], { input: `${hex}\n`, encoding: "utf8" })
    .trimEnd()
    .split("\n");
  expect(values.map((value) => numberText(value, DIALECTS.clox))).toEqual(wanted);
  // C says which sign a NaN has; every operation that makes one in clox makes a negative one on x86.
  expect(numberText(NaN, DIALECTS.clox)).toBe("-nan");
});
