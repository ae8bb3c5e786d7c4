/** Redis in the console: its keys, ways to talk to it, where its memory and time go, and what its clients do. */
import type { JSX } from "preact";
import type { PanelProps } from "../../panels.ts";
import { type PanelTab, PanelTabs } from "../../ui/panel-tabs.tsx";
import { Clients } from "./clients.tsx";
import { CommandLine } from "./command-line.tsx";
import { Keys } from "./keys.tsx";
import { Memory } from "./memory.tsx";
import { Monitor } from "./monitor.tsx";
import { PubSub } from "./pubsub.tsx";
import { ScratchPad } from "./scratch-pad.tsx";
import { SlowLog } from "./slow-log.tsx";
import "./redis-panel.css";

const TABS: readonly PanelTab[] = [
  { path: "", title: "Keys", Tab: Keys },
  { path: "cli", title: "Command line", Tab: CommandLine },
  { path: "scratch", title: "Scratch pad", Tab: ScratchPad },
  { path: "memory", title: "Memory", Tab: Memory },
  { path: "clients", title: "Clients", Tab: Clients },
  { path: "slow", title: "Slow log", Tab: SlowLog },
  { path: "pubsub", title: "Pub/Sub", Tab: PubSub },
  { path: "monitor", title: "Monitor", Tab: Monitor },
];

export function RedisPanel(props: PanelProps): JSX.Element {
  return <PanelTabs {...props} tabs={TABS} />;
}
