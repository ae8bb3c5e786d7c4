/**
 * How common bytes are, so that searches look for the rarest first. The ranks were counted over program sources, prose in several
 * languages, configuration and a little object code; only their rough order matters.
 */
import { admittedBytes, type MaskedLiteral } from "./masked-literal.ts";

/** 256 ranks as two hexadecimal digits each: 0 the rarest byte, 255 the most common. A search asks for a few, so that no table is made of them. */
const RANKS =
  "f6ae9c8d93877e7f96d2f558797780a48c647235515c3231762d1d273a1f2f7dffa5e9c8a998a8c1ebead7a7e8ddede1dfdccec4beb9bdb4b8b7e2e0bae3c79e" +
  "95d3bbcdc3dbbcb0c0cf92a2cabfcbc9c684ccdad6b3a3a6a09b8ac2adc56ce6d4f7e4f3f2feece7eef8b2d5f4effcfaf0a1f9fbfdf1d9ded8e5abd0b1d16311" +
  "ac78869181885465619f139a419415456b0d241caa686629344c2a444d3d25564f401916976a49266e1e9070997b423789574b4843597469753e5e475a60826f" +
  "85676d8e837a3f5b5f3009000a012c0f9d8f3b0e07061b7c551a082103020b4ab523af38142b2e228b730c533612173c5d106250050446284e183920523371b6";

/** 0 for the rarest byte to 255 for the most common. */
export function rank(byte: number): number {
  return Number.parseInt(RANKS.slice(2 * byte, 2 * byte + 2), 16);
}

/** How common what a position admits is: the sum over its bytes. */
export function positionRank(literal: MaskedLiteral, position: number): number {
  return admittedBytes(literal, position).reduce((sum, byte) => sum + rank(byte), 0);
}

/** Positions farther in than this are not looked at: searches load whole vectors from there. */
const REACH = 32;

/** The positions that are least often all true by chance: so many of them, or as many as the literal has within reach. */
export function rarestPositions(literal: MaskedLiteral, count: number): readonly number[] {
  const positions = Array.from({ length: Math.min(REACH, literal.value.length) }, (_, position) => position);
  positions.sort((a, b) => positionRank(literal, a) - positionRank(literal, b) || a - b);
  const chosen: number[] = [];
  // Equal bytes say less than different ones, so these come last.
  const different = (position: number): boolean =>
    !chosen.some((other) => literal.value[other] === literal.value[position]);
  for (const position of positions) if (chosen.length < count && different(position)) chosen.push(position);
  for (const position of positions) if (chosen.length < count && !chosen.includes(position)) chosen.push(position);
  return chosen;
}

/** Where the run of so many positions begins that is least often true by chance. The literal is at least as long, and what is beyond reach is not looked at. */
export function rarestRun(literal: MaskedLiteral, length: number): number {
  let best = 0;
  let most = -1;
  for (let start = 0; start + length <= Math.min(REACH, literal.value.length); start++) {
    let bits = 0;
    for (let position = start; position < start + length; position++) bits += positionBits(literal, position);
    if (bits > most) [best, most] = [start, bits];
  }
  return best;
}

/** How unlikely a position is true at a given place, in bits. */
export function positionBits(literal: MaskedLiteral, position: number): number {
  // Ranks fall off as frequencies do: the commonest byte is one in seven, the hundredth commonest one in some thousand.
  const probability = admittedBytes(literal, position).reduce(
    (sum, byte) => sum + 2 ** -(2.8 + (255 - rank(byte)) / 11),
    0,
  );
  return -Math.log2(Math.min(1, probability));
}

/** How unlikely the literal stands at a given place, in bits: its four rarest positions, as if they were independent. */
export function improbability(literal: MaskedLiteral): number {
  return Array.from(literal.value, (_, position) => positionBits(literal, position))
    .sort((a, b) => b - a)
    .slice(0, 4)
    .reduce((sum, value) => sum + value, 0);
}
