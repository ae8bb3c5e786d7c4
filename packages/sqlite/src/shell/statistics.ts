/** What .stats tells. */
import type { Shell } from "./shell.ts";

/** The process' memory and the page cache: this engine's own figures. */
export function printStatistics(shell: Shell): void {
  const { heapUsed, heapTotal } = process.memoryUsage();
  shell.print(`Memory Used:                         ${heapUsed} (max ${heapTotal}) bytes\n`);
  for (const { name, pager } of shell.database.connection.databases)
    shell.print(`${`Pages of ${name}:`.padEnd(36)} ${pager.pageCount}\n`);
}
