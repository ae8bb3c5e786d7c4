/** What PRAGMAs set on a connection, and nothing keeps beyond it. */
import type { ConnectionOptions } from "./connection.ts";

export interface Settings {
  foreignKeys: boolean;
  recursiveTriggers: boolean;
  ignoreCheckConstraints: boolean;
  automaticIndex: boolean;
  reverseUnorderedSelects: boolean;
  fullColumnNames: boolean;
  shortColumnNames: boolean;
  trustedSchema: boolean;
  queryOnly: boolean;
  caseSensitiveLike: boolean;
  writableSchema: boolean;
  legacyAlterTable: boolean;
  cellSizeCheck: boolean;
  readUncommitted: boolean;
  emptyResultCallbacks: boolean;
  countChanges: boolean;
  checkpointFullfsync: boolean;
  fullfsync: boolean;
  doubleQuotedStrings: boolean;
  busyTimeoutMs: number;
  tempStore: number;
  analysisLimit: number;
  softHeapLimit: number;
  hardHeapLimit: number;
  threads: number;
  walAutocheckpoint: number;
  mmapSize: number;
  cacheSpill: number;
}

export function settingsFrom({ foreignKeys, doubleQuotedStrings, busyTimeoutMs }: ConnectionOptions): Settings {
  return {
    foreignKeys: foreignKeys === true,
    recursiveTriggers: false,
    ignoreCheckConstraints: false,
    automaticIndex: true,
    reverseUnorderedSelects: false,
    fullColumnNames: false,
    shortColumnNames: true,
    trustedSchema: true,
    queryOnly: false,
    caseSensitiveLike: false,
    writableSchema: false,
    legacyAlterTable: false,
    cellSizeCheck: false,
    readUncommitted: false,
    emptyResultCallbacks: false,
    countChanges: false,
    checkpointFullfsync: false,
    fullfsync: false,
    doubleQuotedStrings: doubleQuotedStrings !== false,
    busyTimeoutMs: busyTimeoutMs ?? 0,
    tempStore: 0,
    analysisLimit: 0,
    softHeapLimit: 0,
    hardHeapLimit: 0,
    threads: 0,
    walAutocheckpoint: 1_000,
    mmapSize: 0,
    cacheSpill: 1,
  };
}
