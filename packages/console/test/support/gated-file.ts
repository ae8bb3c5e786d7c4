/** The real world, but for one file, whose reading can be made to wait. */
import { type Disk, realWorld, type World } from "@tenon/kit";

export class GatedFile {
  readonly #path: string;
  #gate = Promise.withResolvers<void>();
  /** Paths of the files that were opened, in order. */
  readonly opened: string[] = [];
  readonly world: World;

  /** `path` as the disk has it that the world's user makes of a folder. Open at first. */
  constructor(path: string) {
    this.#path = path;
    this.world = { ...realWorld, disk: this.#gated(realWorld.disk) };
    this.open();
  }

  open(): void {
    this.#gate.resolve();
  }

  close(): void {
    this.#gate = Promise.withResolvers();
  }

  #gated(disk: Disk): Disk {
    return new Proxy(disk, {
      get: (target, name) => {
        if (name === "subdirectory") return (path: string) => this.#gated(target.subdirectory(path));
        if (name === "open") return (path: string) => this.#file(target, path);
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  }

  #file(disk: Disk, path: string): ReturnType<Disk["open"]> {
    this.opened.push(path);
    const file = disk.open(path, "read");
    if (path !== this.#path) return file;
    const readAsync = file.readAsync.bind(file);
    file.readAsync = async (into, position) => {
      await this.#gate.promise;
      return await readAsync(into, position);
    };
    return file;
  }
}
