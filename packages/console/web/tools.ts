/** Pages that belong to no service: a path, a name in the menu, and the component, loaded when first opened. */
import type { ComponentType } from "preact";

export interface Tool {
  readonly path: string;
  readonly title: string;
  readonly load: () => Promise<ComponentType<object>>;
}

export const TOOLS: readonly Tool[] = [
  {
    path: "/lox",
    title: "Lox",
    load: () => import("./panels/lox/lox-panel.tsx").then((module) => module.LoxPanel),
  },
  {
    path: "/sqlite",
    title: "SQLite",
    load: () => import("./panels/sqlite/sqlite-panel.tsx").then((module) => module.SqlitePanel),
  },
  {
    path: "/search",
    title: "Search",
    load: () => import("./panels/grep/search-panel.tsx").then((module) => module.SearchPanel),
  },
  {
    path: "/regex",
    title: "Regex",
    load: () => import("./panels/grep/pattern-panel.tsx").then((module) => module.PatternPanel),
  },
];
