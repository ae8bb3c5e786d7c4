/** Redis in the console: its keys, ways to talk to it, where its memory and time go, and what its clients do. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { PanelProps } from "../../panels.ts";
import { Clients } from "./clients.tsx";
import { CommandLine } from "./command-line.tsx";
import { Keys } from "./keys.tsx";
import { Memory } from "./memory.tsx";
import { Monitor } from "./monitor.tsx";
import { PubSub } from "./pubsub.tsx";
import { ScratchPad } from "./scratch-pad.tsx";
import { SlowLog } from "./slow-log.tsx";
import "./redis-panel.css";

const TABS = [
  { path: "", title: "Keys", Tab: Keys },
  { path: "cli", title: "Command line", Tab: CommandLine },
  { path: "scratch", title: "Scratch pad", Tab: ScratchPad },
  { path: "memory", title: "Memory", Tab: Memory },
  { path: "clients", title: "Clients", Tab: Clients },
  { path: "slow", title: "Slow log", Tab: SlowLog },
  { path: "pubsub", title: "Pub/Sub", Tab: PubSub },
  { path: "monitor", title: "Monitor", Tab: Monitor },
] as const;

export function RedisPanel({ service, path }: PanelProps): JSX.Element {
  const [current = ""] = path;
  const base = `/services/${encodeURIComponent(service.name)}`;
  const { Tab } = TABS.find((tab) => tab.path === current) ?? TABS[0];
  const tabs = useRef<HTMLElement>(null);
  // Where they do not all fit, the current one is in sight.
  useEffect(() => tabs.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" }), [Tab]);
  return (
    <>
      <nav ref={tabs} class="tabs" aria-label={`Parts of ${service.name}`}>
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
