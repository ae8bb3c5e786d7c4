/** What happens in a service, as a topic tells it in batches. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { BatchMessage } from "../../src/protocol.ts";
import { openTopic } from "./topics.ts";

export interface Happenings<T> {
  /** Oldest first. */
  readonly items: Signal<readonly T[]>;
  /** How many came too fast to be shown. */
  readonly dropped: Signal<number>;
  /** Whether the page is told; setting it pauses and resumes. */
  readonly isOn: Signal<boolean>;
  /** The server has said that it listens. */
  readonly isListening: Signal<boolean>;
  /** Why the server ended it. */
  readonly ended: Signal<string | undefined>;
  clear(): void;
}

/** Keeps the newest `limit`. */
export function useHappenings<T>(service: string, topic: string, limit: number): Happenings<T> {
  const items = useSignal<readonly T[]>([]);
  const dropped = useSignal(0);
  const isOn = useSignal(true);
  const isListening = useSignal(false);
  const ended = useSignal<string | undefined>(undefined);
  useEffect(() => {
    if (!isOn.value) return undefined;
    ended.value = undefined;
    const handle = openTopic(service, topic, {
      opened: () => (isListening.value = true),
      message: (message) => {
        const batch = message as BatchMessage<T>;
        items.value = batch.first === true ? batch.items : [...items.value, ...batch.items].slice(-limit);
        dropped.value += batch.dropped;
      },
      ended: (reason) => {
        ended.value = reason || "The server ended it.";
        isOn.value = false;
      },
    });
    return () => {
      handle.close();
      isListening.value = false;
    };
  }, [service, topic, limit, isOn.value]);
  const clear = (): void => {
    items.value = [];
    dropped.value = 0;
  };
  return { items, dropped, isOn, isListening, ended, clear };
}
