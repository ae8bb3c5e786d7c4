/** Randomness: seeded in the simulation, the operating system's in the real world. */
export interface Random {
  /** `length` bytes fit for keys and tokens. */
  bytes(length: number): Uint8Array;
  /** Uniform in [0, 1); quick, not for secrets. */
  float(): number;
  /** Uniform integer in [0, limit), for 1 ≤ limit ≤ 2^32; quick, not for secrets. */
  integer(limit: number): number;
}
