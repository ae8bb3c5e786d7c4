/** HTTP in the console: what was asked and answered, and how long it took. */
import type { JSX } from "preact";
import type { PanelProps } from "../../panels.ts";
import "./http-panel.css";
import { Latency } from "./latency.tsx";
import { Requests } from "./requests.tsx";

export function HttpPanel({ service }: PanelProps): JSX.Element {
  return (
    <div class="http-panel fill">
      <Requests key={`${service.name} ${service.startedAtMs ?? 0}`} service={service.name} />
      <Latency service={service.name} />
    </div>
  );
}
