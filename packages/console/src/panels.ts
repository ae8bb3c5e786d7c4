/** Where a panel plugs in: the kind of service, and what opens its panel. Its page goes into `web/panels.ts`. */
import { openDnsPanel } from "./panels/dns/dns-panel.ts";
import { openHttpPanel } from "./panels/http/http-panel.ts";
import type { OpenPanel } from "./panels/panel.ts";
import { openRedisPanel } from "./panels/redis/redis-panel.ts";

export const PANELS: ReadonlyMap<string, OpenPanel> = new Map<string, OpenPanel>([
  ["dns", openDnsPanel],
  ["http", openHttpPanel],
  ["redis", openRedisPanel],
]);
