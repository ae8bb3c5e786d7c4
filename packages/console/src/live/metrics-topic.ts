/** Topic `metrics`: a service's history, then each second what came. */
import type { Subscriber, Topic } from "../panels/panel.ts";
import type { Sampler } from "./sampler.ts";

export function metricsTopic(sampler: Sampler, service: string, subscriber: Subscriber): Topic {
  const history = sampler.history(service);
  subscriber.send(history.all());
  let knownSeries = history.seriesCount;
  let sentMs = history.newestMs;
  const stop = sampler.onSample(() => {
    if (history.newestMs === sentMs) return; // Not running: nothing was recorded.
    subscriber.send(history.latest(knownSeries));
    knownSeries = history.seriesCount;
    sentMs = history.newestMs;
  });
  return { close: stop };
}
