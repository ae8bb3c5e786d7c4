/** Processes and the terminal: the place that systems which start programs will fill. Nothing uses it yet. */
export interface Host {
  /** Environment variables as the process was started with. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}
