/** The native interface where there are files. */
import { realWorld } from "@tenon/kit";
import { Database } from "./database.ts";
import type { DatabaseOptions } from "./options.ts";

class NodeDatabase extends Database {
  /** As Database.open, in the real world unless `world` says otherwise. */
  static override open(source: string | Uint8Array = ":memory:", options: DatabaseOptions = {}): Database {
    return super.open(source, { world: realWorld, ...options });
  }
}

export { NodeDatabase as Database };
