import type { HashSeed } from "../keyspace/hash.ts";
import type { CollectionSettings } from "../types/settings.ts";
import type { Config } from "./config.ts";

const FIELDS: Readonly<Record<string, Exclude<keyof CollectionSettings, "hashSeed">>> = {
  "list-max-listpack-size": "listMaxListpackSize",
  "hash-max-listpack-entries": "hashMaxListpackEntries",
  "hash-max-listpack-value": "hashMaxListpackValue",
  "set-max-intset-entries": "setMaxIntsetEntries",
  "set-max-listpack-entries": "setMaxListpackEntries",
  "set-max-listpack-value": "setMaxListpackValue",
  "zset-max-listpack-entries": "zsetMaxListpackEntries",
  "zset-max-listpack-value": "zsetMaxListpackValue",
  "stream-node-max-bytes": "streamNodeMaxBytes",
  "stream-node-max-entries": "streamNodeMaxEntries",
};

/** What collections read of the configuration, kept up to date by CONFIG SET. */
export function collectionSettings(hashSeed: HashSeed, config: Config): CollectionSettings {
  const settings: CollectionSettings = {
    hashSeed,
    listMaxListpackSize: config.number("list-max-listpack-size"),
    hashMaxListpackEntries: config.number("hash-max-listpack-entries"),
    hashMaxListpackValue: config.number("hash-max-listpack-value"),
    setMaxIntsetEntries: config.number("set-max-intset-entries"),
    setMaxListpackEntries: config.number("set-max-listpack-entries"),
    setMaxListpackValue: config.number("set-max-listpack-value"),
    zsetMaxListpackEntries: config.number("zset-max-listpack-entries"),
    zsetMaxListpackValue: config.number("zset-max-listpack-value"),
    streamNodeMaxBytes: config.number("stream-node-max-bytes"),
    streamNodeMaxEntries: config.number("stream-node-max-entries"),
  };
  config.onChange((name) => {
    const field = FIELDS[name];
    if (field !== undefined) settings[field] = config.number(name);
  });
  return settings;
}
