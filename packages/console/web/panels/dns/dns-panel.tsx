/** DNS in the console: zones, questions taken apart to the byte, and what the server was asked, keeps and counts. */
import type { JSX } from "preact";
import type { PanelProps } from "../../panels.ts";
import { type PanelTab, PanelTabs } from "../../ui/panel-tabs.tsx";
import { Cache } from "./cache.tsx";
import "./dns-panel.css";
import { QueryLog } from "./query-log.tsx";
import { QueryTool } from "./query-tool.tsx";
import { Statistics } from "./statistics.tsx";
import { Zones } from "./zones.tsx";

const TABS: readonly PanelTab[] = [
  { path: "", title: "Zones", Tab: Zones },
  { path: "query", title: "Query", Tab: QueryTool },
  { path: "log", title: "Query log", Tab: QueryLog },
  { path: "cache", title: "Cache", Tab: Cache },
  { path: "statistics", title: "Statistics", Tab: Statistics },
];

export function DnsPanel(props: PanelProps): JSX.Element {
  return <PanelTabs {...props} tabs={TABS} />;
}
