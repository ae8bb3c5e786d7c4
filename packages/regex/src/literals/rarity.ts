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

/** The two positions that are least often both true by chance; the same twice where the literal has one byte only. */
export function rarestPair(literal: MaskedLiteral): readonly [number, number] {
  const positions = Array.from({ length: Math.min(REACH, literal.value.length) }, (_, position) => position);
  positions.sort((a, b) => positionRank(literal, a) - positionRank(literal, b) || a - b);
  const first = positions[0]!;
  // Two equal bytes say less than two different ones.
  const second =
    positions.find((position) => literal.value[position] !== literal.value[first]) ?? positions[1] ?? first;
  return [first, second];
}

/** How unlikely the literal stands at a given place, in bits: its four rarest positions, as if they were independent. */
export function improbability(literal: MaskedLiteral): number {
  const bits = Array.from(literal.value, (_, position) => {
    // Ranks fall off as frequencies do: the commonest byte is one in seven, the hundredth commonest one in some thousand.
    const probability = admittedBytes(literal, position).reduce(
      (sum, byte) => sum + 2 ** -(2.8 + (255 - rank(byte)) / 11),
      0,
    );
    return -Math.log2(Math.min(1, probability));
  });
  return bits
    .sort((a, b) => b - a)
    .slice(0, 4)
    .reduce((sum, value) => sum + value, 0);
}
