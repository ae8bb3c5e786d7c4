/** Goes through what the command line names: files, standard input, directories with all that is below them. */
import type { ByteString } from "../byte-string.ts";
import { systemErrorCode } from "../system-error.ts";
import { type TreeVisitor, TreeWalk } from "../walk/tree.ts";
import type { Naming } from "./input-search.ts";
import { type GrepIo, InputFile, locate } from "./io.ts";
import type { Settings } from "./settings.ts";

/** What becomes of the inputs, in the order in which they are met. */
export interface InputSink {
  /** A file that a recursion met, to be opened; `regular` when its directory said that it is a regular file. */
  path(path: ByteString, naming: Naming, regular: boolean): void;
  /** What the command line names and is open; it is the sink's to close. */
  file(file: InputFile, path: ByteString, naming: Naming): void;
  standardInput(naming: Naming): void;
  /** The system refused. */
  failed(shown: ByteString, code: string): void;
  /** A directory that is its own ancestor. */
  loop(shown: ByteString): void;
}

export class FileSearch implements TreeVisitor {
  readonly #settings: Settings;
  readonly #io: GrepIo;
  readonly #inputs: InputSink;
  /** Whether names stand before lines; undefined until it is known whether the only operand is a directory. */
  #withNames: boolean | undefined;
  /** No operand: names are shown without the "./" that they really begin with. */
  #omitsDotSlash = false;

  constructor(settings: Settings, io: GrepIo, inputs: InputSink) {
    this.#settings = settings;
    this.#io = io;
    this.#inputs = inputs;
  }

  /** Hands all inputs to the sink. */
  run(): void {
    const { operands, directories, withFilename } = this.#settings;
    const recursive = directories === "recurse";
    this.#withNames = withFilename ?? (operands.length > 1 ? true : recursive ? undefined : false);
    this.#omitsDotSlash = operands.length === 0 && recursive;
    const names = operands.length > 0 ? operands : [recursive ? "." : "-"];
    for (const name of names) this.#named(name);
  }

  /** What stands on the command line. */
  #named(name: ByteString): void {
    if (name === "-") {
      this.#standardInput();
      return;
    }
    const file = this.#open(name);
    if (file === undefined) return;
    let kept = false;
    try {
      if (file.isDevice && this.#settings.devices === "skip") return;
      if (this.#isExcluded(name, file.isDirectory)) return;
      this.#withNames ??= file.isDirectory;
      kept = !(file.isDirectory && this.#settings.directories === "recurse");
    } finally {
      if (!kept) file.close();
    }
    if (kept) this.#inputs.file(file, name, { shown: name, withName: this.#withNames });
    else this.#walk(name);
  }

  #walk(root: ByteString): void {
    const { dereference } = this.#settings;
    new TreeWalk(this, { dereference, locate: (path) => locate(path, this.#io) }).walk(root);
  }

  #open(name: ByteString): InputFile | undefined {
    const { directories, devices } = this.#settings;
    try {
      return InputFile.open(locate(name, this.#io), {
        follow: true,
        wait: directories !== "skip" && devices !== "skip",
      });
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === undefined) throw error;
      this.#inputs.failed(name, code);
      return undefined;
    }
  }

  #standardInput(): void {
    this.#withNames ??= isDirectory(this.#io.stdin);
    this.#inputs.standardInput({ shown: this.#settings.label ?? "(standard input)", withName: this.#withNames });
  }

  #isExcluded(name: ByteString, isDirectory: boolean): boolean {
    const { directories, excludeDirectories, excludeFiles } = this.#settings;
    if (!isDirectory) return excludeFiles.excludes(name, true);
    if (directories === "skip") return true;
    return !this.#omitsDotSlash && excludeDirectories.excludes(name, true);
  }

  enters(_path: ByteString, name: ByteString, isRoot: boolean): boolean {
    if (isRoot && this.#omitsDotSlash) return true;
    return !this.#settings.excludeDirectories.excludes(name, isRoot);
  }

  file(path: ByteString, name: ByteString, isDevice: boolean): void {
    if (this.#settings.excludeFiles.excludes(name, false)) return;
    if (isDevice && this.#settings.devices !== "read") return;
    this.#inputs.path(path, { shown: this.#shown(path), withName: this.#withNames! }, !isDevice);
  }

  failed(path: ByteString, code: string): void {
    this.#inputs.failed(this.#shown(path), code);
  }

  loop(path: ByteString): void {
    this.#inputs.loop(this.#shown(path));
  }

  #shown(path: ByteString): ByteString {
    return this.#omitsDotSlash && path.startsWith("./") ? path.slice(2) : path;
  }
}

function isDirectory(descriptor: number): boolean {
  try {
    return InputFile.inherited(descriptor).isDirectory;
  } catch {
    return false; // it will be said when it is read
  }
}
