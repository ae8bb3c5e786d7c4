/** Where a panel's page plugs in: the kind of service, and the component, loaded when first opened. */
import type { ComponentType } from "preact";
import type { ServiceInfo } from "../src/protocol.ts";

export interface PanelProps {
  service: ServiceInfo;
  /** What follows `/services/<name>/` in the path: the panel's own routes. */
  path: readonly string[];
}

export const PANELS: Readonly<Record<string, () => Promise<ComponentType<PanelProps>>>> = {
  dns: () => import("./panels/dns/dns-panel.tsx").then((module) => module.DnsPanel),
  http: () => import("./panels/http/http-panel.tsx").then((module) => module.HttpPanel),
  redis: () => import("./panels/redis/redis-panel.tsx").then((module) => module.RedisPanel),
};
