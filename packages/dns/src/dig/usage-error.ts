/** A command line that is none: what dig prints of it, and its exit code. */
export class DigUsageError extends Error {
  readonly exitCode: number;
  /** What goes to standard output before. */
  readonly output: string;
  /** Whether dig's short usage follows. */
  readonly showsUsage: boolean;

  /** Exit code 1 unless it says otherwise. */
  constructor(message: string, options: { exitCode?: number; output?: string; showsUsage?: boolean } = {}) {
    super(message);
    this.name = "DigUsageError";
    this.exitCode = options.exitCode ?? 1;
    this.output = options.output ?? "";
    this.showsUsage = options.showsUsage ?? false;
  }
}
