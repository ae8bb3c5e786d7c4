/** A limit that we set ourselves, in the place of a peer: what takes longer than it shows a ratio below 1. */
import type { Contender, Figures } from "@tenon/bench";

export function budget(name: string, figures: Figures): Contender {
  return {
    name,
    open: () => Promise.resolve({ round: () => Promise.resolve(figures), close: () => Promise.resolve() }),
  };
}
