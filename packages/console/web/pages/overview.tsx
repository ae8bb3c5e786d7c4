/** A row per service: is it there, how do I reach it, what is it doing. */
import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { ServiceInfo, Summary } from "../../src/protocol.ts";
import { bytes, count, duration, plural } from "../format.ts";
import { post } from "../live/api.ts";
import { clockSkewMs, link, services, summaries } from "../live/live.ts";
import { logs } from "../live/logs.ts";
import { rates } from "../metrics/rates.ts";
import { Empty } from "../ui/empty.tsx";
import { CopyButton, IconButton } from "../ui/icon-button.tsx";
import { Sparkline } from "../ui/sparkline.tsx";
import { LogLine } from "./log-line.tsx";

/** Two minutes are what the sparkline shows. */
const SPARK_POINTS = 120;

const STATE_WORDS: Readonly<Record<ServiceInfo["state"], string>> = {
  starting: "starting",
  running: "running",
  stopping: "stopping",
  stopped: "stopped",
  failed: "failed",
  external: "external",
};

export function OverviewPage(): JSX.Element {
  const running = services.value.filter(({ state }) => state === "running" || state === "external").length;
  const processBytes = summaries.value.at(-1)?.processBytes;
  return (
    <>
      <div class="page-head">
        <h1>Overview</h1>
        {link.value !== "connecting" && (
          <span class="meta">
            {running} of {plural(services.value.length, "service")} up
            {processBytes !== undefined && ` · process memory ${bytes(processBytes)}`}
          </span>
        )}
      </div>
      <section class="card" aria-label="Services">
        <div class="service-row heads" aria-hidden="true">
          <span>Service</span>
          <span>Address</span>
          <span>Operations / s</span>
          <span class="number">Connections</span>
          <span class="number">Memory</span>
          <span class="number">Uptime</span>
          <span />
        </div>
        {services.value.map((service) => (
          <ServiceRow key={service.name} service={service} />
        ))}
        {services.value.length === 0 &&
          (link.value === "connecting" ? (
            <div class="empty" aria-busy="true" />
          ) : (
            <Empty title="This stack has no services">Add one to tenon.config.ts and start it again.</Empty>
          ))}
      </section>
      <RecentLogs />
    </>
  );
}

function ServiceRow({ service }: { service: ServiceInfo }): JSX.Element {
  const failure = useSignal<string>();
  const busy = useSignal(false);
  const points = useComputed(() => summaries.value.slice(-SPARK_POINTS - 1));
  const operations = rates(
    points.value.map((point) => point.timeMs),
    points.value.map((point) => point.services[service.name]?.operations),
  ).slice(1);
  const now: Summary = points.value.at(-1)?.services[service.name] ?? {};
  const up = service.state === "running" || service.state === "external";
  const rate = up ? operations.at(-1) : undefined;

  const act = async (action: "start" | "stop" | "restart"): Promise<void> => {
    busy.value = true;
    failure.value = undefined;
    try {
      await post(`services/${encodeURIComponent(service.name)}/${action}`);
    } catch (error) {
      failure.value = error instanceof Error ? error.message : String(error);
    } finally {
      busy.value = false;
    }
  };
  const said = failure.value ?? (service.state === "failed" ? service.failure : undefined);
  return (
    <article class={`service-row ${up ? "" : "is-down"}`} aria-label={service.name}>
      <div class="service-name">
        <span class={`dot ${service.state}`} />
        {service.panel ? (
          <a class="truncate" href={`/services/${encodeURIComponent(service.name)}`}>
            {service.name}
          </a>
        ) : (
          <strong class="truncate">{service.name}</strong>
        )}
        <small class={service.state === "failed" ? "bad" : ""}>
          {STATE_WORDS[service.state]}
          {service.kind !== service.name && ` · ${service.kind}`}
        </small>
      </div>
      <div class="addresses">
        <Copyable text={service.url} what="address" />
        {service.connect !== undefined && <Copyable text={service.connect} what="command" />}
      </div>
      <div class="rate">
        <span class="figure number">
          {rate === undefined ? <Nothing /> : count(rate)}
          <small>ops / s</small>
        </span>
        <Sparkline values={operations} slots={SPARK_POINTS} label={`Operations per second of ${service.name}`} />
      </div>
      <Figure name="connections" text={up && now.connections !== undefined ? count(now.connections) : undefined} />
      {up && now.memoryBytes === undefined && service.state !== "external" ? (
        <SharedMemory />
      ) : (
        <Figure name="memory" text={up && now.memoryBytes !== undefined ? bytes(now.memoryBytes) : undefined} />
      )}
      <Uptime sinceMs={up ? service.startedAtMs : undefined} />
      <div class="service-actions">
        {service.state !== "external" && (
          <>
            <IconButton
              icon="restart"
              label={`Restart ${service.name}`}
              disabled={busy.value || service.state !== "running"}
              onClick={() => void act("restart")}
            />
            {service.state === "running" || service.state === "stopping" ? (
              <IconButton
                icon="stop"
                label={`Stop ${service.name}`}
                disabled={busy.value || service.state !== "running"}
                onClick={() => void act("stop")}
              />
            ) : (
              <IconButton
                icon="start"
                label={`Start ${service.name}`}
                disabled={busy.value || service.state === "starting"}
                onClick={() => void act("start")}
              />
            )}
          </>
        )}
      </div>
      {said !== undefined && (
        <p class="service-failure" role="alert">
          {said}
        </p>
      )}
    </article>
  );
}

function Copyable({ text, what }: { text: string | undefined; what: string }): JSX.Element {
  return (
    <div class="copyable">
      {text === undefined ? (
        <Nothing />
      ) : (
        <>
          <code class="truncate" title={text}>
            {text}
          </code>
          <CopyButton text={text} label={`Copy the ${what}`} />
        </>
      )}
    </div>
  );
}

function Uptime({ sinceMs }: { sinceMs: number | undefined }): JSX.Element {
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => (now.value = Date.now()), 1000);
    return () => clearInterval(timer);
  }, [now]);
  const text = sinceMs === undefined ? undefined : duration(now.value + clockSkewMs.value - sinceMs);
  return <Figure name="uptime" text={text} />;
}

function Figure({ name, text }: { name: string; text: string | undefined }): JSX.Element {
  return (
    <span class="figure number">
      {text ?? <Nothing />}
      <small>{name}</small>
    </span>
  );
}

/** What a service takes that does not count its memory itself is known of the process alone. */
function SharedMemory(): JSX.Element {
  const processBytes = summaries.value.at(-1)?.processBytes;
  return (
    <span class="figure number muted" title="Memory of the process that the services share">
      {processBytes === undefined ? <Nothing /> : bytes(processBytes)}
      <small>memory</small>
    </span>
  );
}

function Nothing(): JSX.Element {
  return <span class="faint">–</span>;
}

/** How many of the newest log lines the overview shows. */
const RECENT = 8;

function RecentLogs(): JSX.Element {
  const recent = logs.value.filter((record) => record.level !== "debug").slice(-RECENT);
  return (
    <section class="card recent-logs" aria-label="Recent log">
      <div class="list-heads recent-head">
        <span>Recent log</span>
        <a href="/logs">All logs</a>
      </div>
      {recent.length === 0 ? (
        <Empty title="Nothing logged yet" />
      ) : (
        recent.map((record, index) => (
          <div key={index} class="log-row static-row">
            <LogLine record={record} />
          </div>
        ))
      )}
    </section>
  );
}
