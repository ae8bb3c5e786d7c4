import { collectionSettings as settingsOf } from "../src/engine/collection-settings.ts";
import { Config } from "../src/engine/config.ts";
import type { CollectionSettings } from "../src/types/settings.ts";

/** The settings of a server without a configuration, with a fixed hash key. */
export function collectionSettings(changes: Partial<CollectionSettings> = {}): CollectionSettings {
  return { ...settingsOf({ low: 0x1234_5678, high: 0x0bad_cafe }, new Config()), ...changes };
}
