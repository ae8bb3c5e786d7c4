/** The parts of a panel, each with a path of its own below the service's. */
import type { ComponentType, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { PanelProps } from "../panels.ts";

export interface PanelTab {
  /** What follows `/services/<name>/`; empty for the first. */
  readonly path: string;
  readonly title: string;
  readonly Tab: ComponentType<{ service: string }>;
}

/** A part begins anew when the service comes back at another address. */
export function PanelTabs({ service, path, tabs }: PanelProps & { tabs: readonly PanelTab[] }): JSX.Element {
  const [current = ""] = path;
  const base = `/services/${encodeURIComponent(service.name)}`;
  const { Tab } = tabs.find((tab) => tab.path === current) ?? tabs[0]!;
  const row = useRef<HTMLElement>(null);
  // Where they do not all fit, the current one is in sight.
  useEffect(() => row.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" }), [Tab]);
  return (
    <>
      <nav ref={row} class="tabs" aria-label={`Parts of ${service.name}`}>
        {tabs.map((tab) => (
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
