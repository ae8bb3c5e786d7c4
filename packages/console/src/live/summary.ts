/** The overview's numbers, found among a service's samples by the names that every Tenon server uses. */
import type { MetricSample } from "@tenon/kit";
import type { Summary } from "../protocol.ts";

/** Reads `<kind>_connections`, `<kind>_operations_total` and, where there is one, `<kind>_memory_bytes`. */
export function summaryOf(kind: string, samples: readonly MetricSample[]): Summary {
  const connections = valueOf(samples, `${kind}_connections`);
  const operations = valueOf(samples, `${kind}_operations_total`);
  const memoryBytes = valueOf(samples, `${kind}_memory_bytes`) ?? valueOf(samples, `${kind}_memory_used_bytes`);
  return {
    ...(connections !== undefined && { connections }),
    ...(operations !== undefined && { operations }),
    ...(memoryBytes !== undefined && { memoryBytes }),
  };
}

/** The metric's value, summed over its labels; `undefined` when there is no such metric. */
function valueOf(samples: readonly MetricSample[], name: string): number | undefined {
  let sum: number | undefined;
  for (const sample of samples) {
    if (sample.name === name && sample.kind !== "histogram") sum = (sum ?? 0) + sample.value;
  }
  return sum;
}
