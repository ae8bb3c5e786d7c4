/** A service's own page: its panel, loaded when first opened. */
import type { JSX } from "preact";
import { link, services } from "../live/live.ts";
import { PANELS } from "../panels.ts";
import { Empty } from "../ui/empty.tsx";
import { CopyButton } from "../ui/icon-button.tsx";
import { Lazy } from "../ui/lazy.tsx";

export function ServicePage({ name, path }: { name: string; path: readonly string[] }): JSX.Element {
  const service = services.value.find((candidate) => candidate.name === name);
  if (service === undefined) {
    if (link.value === "connecting") return <div class="empty" aria-busy="true" />;
    return <Empty title={`There is no service ${name}`}>The overview has those that there are.</Empty>;
  }
  const load = PANELS[service.kind];
  return (
    <>
      <div class="page-head">
        <span class={`dot ${service.state}`} title={service.state} role="img" aria-label={service.state} />
        <h1>{service.name}</h1>
        {service.url !== undefined && (
          <span class="copyable meta">
            <code class="truncate">{service.url}</code>
            <CopyButton text={service.url} label="Copy the address" />
          </span>
        )}
      </div>
      {service.state !== "running" && service.state !== "external" ? (
        <div class="card">
          <Empty title={`${service.name} is ${service.state}`}>
            {service.failure ?? (service.state === "stopped" ? "Start it on the overview." : "One moment.")}
          </Empty>
        </div>
      ) : load === undefined ? (
        <div class="card">
          <Empty title={`There is no panel for ${service.kind}`}>Its log and its metrics are on their pages.</Empty>
        </div>
      ) : (
        <Lazy load={load} props={{ service, path }} />
      )}
    </>
  );
}
