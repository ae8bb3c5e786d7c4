import { useEffect, useReducer, useRef } from "preact/hooks";
import type { MetricsMessage } from "../../src/protocol.ts";
import { openTopic } from "../live/topics.ts";
import { MetricStore } from "./metric-store.ts";

/** The live metrics of a service; the component is drawn again with every point. Undefined until the history is there. */
export function useMetrics(service: string | undefined): MetricStore | undefined {
  const store = useRef<MetricStore>(undefined);
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    store.current = undefined;
    if (service === undefined) return undefined;
    const fresh = new MetricStore();
    const topic = openTopic(service, "metrics", {
      message: (message) => {
        fresh.apply(message as MetricsMessage);
        store.current = fresh;
        redraw(undefined);
      },
    });
    return () => topic.close();
  }, [service]);
  return store.current;
}
