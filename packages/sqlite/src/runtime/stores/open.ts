/** Layouts → stores. */
import type { StoreLayout } from "../../compile/program.ts";
import { ListStore } from "./list.ts";
import { MultimapStore } from "./multimap.ts";
import { QueueStore } from "./queue.ts";
import { SetStore } from "./set.ts";
import { SorterStore } from "./sorter.ts";
import type { Store } from "./store.ts";

export function openStore(layout: StoreLayout): Store {
  switch (layout.kind) {
    case "list":
      return new ListStore(layout.columns);
    case "set":
      return new SetStore(layout.collations, layout.affinities);
    case "multimap":
      return new MultimapStore(layout.columns, layout.collations);
    case "sorter":
      return new SorterStore(layout.columns, layout.keys);
    case "queue":
      return new QueueStore(layout.columns, layout.keys);
  }
}
