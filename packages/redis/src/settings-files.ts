/** The files that settings name, on the world's disk. */
import { Buffer } from "node:buffer";
import { resolve } from "node:path";
import type { World } from "@tenon/kit";
import type { SettingsFiles } from "./engine/options.ts";

/** `directory` is what relative paths begin at. */
export function settingsFiles(world: World, directory: string): SettingsFiles {
  return {
    read: (path) => Buffer.from(world.disk.readFile(resolve(directory, path))).toString("latin1"),
    write(path, text) {
      const target = resolve(directory, path);
      const temporary = `${target}.tmp`;
      const file = world.disk.open(temporary, "truncate");
      try {
        file.write(Buffer.from(text, "latin1"), 0);
        file.sync();
      } finally {
        file.close();
      }
      world.disk.rename(temporary, target);
      world.disk.syncDirectory(resolve(target, ".."));
    },
  };
}
