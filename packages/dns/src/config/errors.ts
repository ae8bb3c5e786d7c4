/** What is wrong with a configuration, and where. */

export type ConfigPath = readonly PropertyKey[];

export interface ConfigProblem {
  readonly path: ConfigPath;
  /** Without the place. */
  readonly text: string;
}

/** All problems of one configuration; `message` has a line for each, `FILE:LINE:COLUMN: key: text` where it came from a file. */
export class DnsConfigError extends Error {
  override readonly name = "DnsConfigError";
  readonly problems: readonly ConfigProblem[];

  /** `placeOf` tells where in a file a path stands: `named.yaml:3:5`. */
  constructor(problems: readonly ConfigProblem[], placeOf?: (path: ConfigPath) => string | undefined) {
    super(problems.map((problem) => lineOf(problem, placeOf?.(problem.path))).join("\n"));
    this.problems = problems;
  }
}

function lineOf({ path, text }: ConfigProblem, place: string | undefined): string {
  const key = pathText(path);
  return [place, key === "" ? undefined : key, text].filter((part) => part !== undefined).join(": ");
}

/** `zone[0].file` */
export function pathText(path: ConfigPath): string {
  let text = "";
  for (const key of path) {
    if (typeof key === "number") text += `[${key}]`;
    else text += text === "" ? String(key) : `.${String(key)}`;
  }
  return text;
}
