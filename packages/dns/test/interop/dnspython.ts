/** One dnspython for many questions: a Python process that answers JSON lines. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { peer } from "../../../../scripts/test-peer.ts";

type Json = Readonly<Record<string, unknown>>;

class Dnspython implements Disposable {
  readonly #process: ChildProcess;
  readonly #lines: Interface;
  readonly #waiting: ((answer: Json) => void)[] = [];

  constructor(python: string) {
    const driver = fileURLToPath(new URL("dnspython.py", import.meta.url));
    this.#process = spawn(python, [driver], { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#process.stdout! });
    this.#lines.on("line", (line) => this.#waiting.shift()!(JSON.parse(line) as Json)); // the driver writes objects
  }

  /** Answers come in the order of the questions. */
  ask(question: Json): Promise<Json> {
    const { promise, resolve } = Promise.withResolvers<Json>();
    this.#waiting.push(resolve);
    this.#process.stdin!.write(`${JSON.stringify(question)}\n`);
    return promise;
  }

  [Symbol.dispose](): void {
    this.#lines.close();
    this.#process.stdin!.end();
    this.#process.kill();
  }
}

/** Where Debian's package of dnspython is seen, whichever Python comes first on PATH. */
const SYSTEM_PYTHON = "/usr/bin/python3";

/** Undefined without Python; throws when no Python has dnspython. */
export function dnspython(): Dnspython | undefined {
  const first = peer("python3");
  if (first === undefined) return undefined;
  const python = [first, SYSTEM_PYTHON].find((path) => spawnSync(path, ["-c", "import dns.message"]).status === 0);
  if (python === undefined) throw new Error(`${first} has no dnspython; install the package python3-dnspython`);
  return new Dnspython(python);
}
