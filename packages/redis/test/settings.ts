import { DEFAULT_ENCODING_LIMITS, type CollectionSettings } from "../src/types/settings.ts";

/** The settings of a server without a configuration, with a fixed hash key. */
export function collectionSettings(changes: Partial<CollectionSettings> = {}): CollectionSettings {
  return { hashSeed: { low: 0x1234_5678, high: 0x0bad_cafe }, ...DEFAULT_ENCODING_LIMITS, ...changes };
}
