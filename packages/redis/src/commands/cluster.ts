/** What clients of a cluster say to its nodes. This server is none, and says so as the original does without `cluster-enabled`. */
import { CommandError } from "./errors.ts";
import type { CommandRow } from "./table.ts";

const NO_CLUSTER = new CommandError("ERR This instance has cluster support disabled");

function row(name: string, summary: string): CommandRow {
  return {
    name,
    arity: 1,
    flags: ["loading", "stale", "fast"],
    categories: ["connection"],
    since: "3.0.0",
    group: "cluster",
    summary,
    complexity: "O(1)",
    handler: () => {
      throw NO_CLUSTER;
    },
  };
}

export const clusterCommands: readonly CommandRow[] = [
  row("readonly", "Enables read-only queries for a connection to a Redis Cluster replica node."),
  row("readwrite", "Enables read-write queries for a connection to a Redis Cluster replica node."),
];
