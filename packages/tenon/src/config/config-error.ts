import type { Problem } from "./problems.ts";

/** A config that cannot be used. The message is meant for people and complete: file, place, what was expected. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** `tenon.config.json`, relative to where the user stands; or `config`, when it came as an object. */
  readonly source: string;
  readonly problems: readonly Problem[];

  constructor(source: string, problems: readonly Problem[]) {
    const lines = problems.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
    super(lines.length === 1 ? `${source}: ${lines[0]}` : `${source}:\n${lines.map((line) => `  ${line}`).join("\n")}`);
    this.source = source;
    this.problems = problems;
  }
}
