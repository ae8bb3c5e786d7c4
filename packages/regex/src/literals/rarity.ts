/**
 * How common bytes are, so that searches look for the rarest first. The ranks were counted over program sources, prose in several
 * languages, configuration and a little object code; only their rough order matters.
 */
import { admittedBytes, type MaskedLiteral } from "./masked-literal.ts";

/** 256 ranks in base64: 0 the rarest byte, 255 the most common. */
const RANKS =
  "9q6cjZOHfn+W0vVYeXeApIxkcjVRXDIxdi0dJzofL33/penIqZiowevq16fo3e3h39zOxL65vbS4t+LguuPHnpXTu83D27ywwM+Sosq/y8nGhMza1rOjpqCbisKtxWzm1Pfk8/L+7Ofu" +
  "+LLV9O/8+vCh+fv98dne2OWr0LHRYxGseIaRgYhUZWGfE5pBlBVFaw0kHKpoZik0TCpETT0lVk9AGRaXakkmbh6QcJl7QjeJV0tIQ1l0aXU+XkdaYIJvhWdtjoN6P1tfMAkACgEsD52P" +
  "Ow4HBht8VRoIIQMCC0q1I684FCsuIotzDFM2Ehc8XRBiUAUERihOGDkgUjNxtg==";

let ranks: Uint8Array | undefined;

/** 0 for the rarest byte to 255 for the most common. */
export function rank(byte: number): number {
  ranks ??= Uint8Array.from(atob(RANKS), (char) => char.charCodeAt(0));
  return ranks[byte]!;
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
