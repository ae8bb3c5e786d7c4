/** Redis in the console: its keys, a command line, and what its clients do. */
import type { JSX } from "preact";
import type { PanelProps } from "../../panels.ts";
import { CommandLine } from "./command-line.tsx";
import { Keys } from "./keys.tsx";
import { Monitor } from "./monitor.tsx";
import "./redis-panel.css";

const TABS = [
  { path: "", title: "Keys", Tab: Keys },
  { path: "cli", title: "Command line", Tab: CommandLine },
  { path: "monitor", title: "Monitor", Tab: Monitor },
] as const;

export function RedisPanel({ service, path }: PanelProps): JSX.Element {
  const [current = ""] = path;
  const base = `/services/${encodeURIComponent(service.name)}`;
  const { Tab } = TABS.find((tab) => tab.path === current) ?? TABS[0];
  return (
    <>
      <nav class="tabs" aria-label={`Parts of ${service.name}`}>
        {TABS.map((tab) => (
          <a
            key={tab.path}
            href={tab.path === "" ? base : `${base}/${tab.path}`}
            aria-current={tab.Tab === Tab ? "page" : undefined}
          >
            {tab.title}
          </a>
        ))}
      </nav>
      <Tab key={service.url} service={service.name} />
    </>
  );
}
