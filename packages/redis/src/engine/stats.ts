/** Counters that INFO and the metrics show. Plain fields: counting costs an addition. */
export class Stats {
  connectionsReceived = 0;
  commandsProcessed = 0;
  rejectedConnections = 0;
  netInputBytes = 0;
  netOutputBytes = 0;
  /** Of the stream and of snapshots, from a master and to replicas; a part of those above. */
  netReplicationInputBytes = 0;
  netReplicationOutputBytes = 0;
  readsProcessed = 0;
  writesProcessed = 0;
  expiredKeys = 0;
  /** Fields of hashes. */
  expiredSubkeys = 0;
  evictedKeys = 0;
  /** Scripts of EVAL that made room for others. */
  evictedScripts = 0;
  keyspaceHits = 0;
  keyspaceMisses = 0;
  errorReplies = 0;
  unexpectedErrorReplies = 0;
  expireCycleMs = 0;
  expiredTimeCapReached = 0;
  clientQueryBufferLimitDisconnections = 0;
  clientOutputBufferLimitDisconnections = 0;
  /** Changes since the last save. */
  dirty = 0;
  peakMemoryBytes = 0;
  /** First word of error replies → count. */
  errors: Map<string, number> = new Map();

  /** CONFIG RESETSTAT. */
  reset(): void {
    const { dirty } = this;
    Object.assign(this, new Stats(), { dirty });
  }
}
