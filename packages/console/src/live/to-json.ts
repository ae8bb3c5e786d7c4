/** JSON of values that were not made for it: what a service logs can be an Error, a bigint, bytes or a circle. */
export function toJson(value: unknown): string {
  try {
    return JSON.stringify(value, plain);
  } catch {
    return JSON.stringify(withoutCircles(value, []), plain);
  }
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Error) {
    const code = "code" in value ? { code: value.code } : {};
    return { name: value.name, ...code, message: value.message, stack: value.stack };
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Set) return [...value];
  return value;
}

function withoutCircles(value: unknown, ancestors: readonly unknown[]): unknown {
  if (typeof value !== "object" || value === null || value instanceof Error || value instanceof Uint8Array)
    return value;
  if (ancestors.includes(value)) return "[circular]";
  const inner = [...ancestors, value];
  if (Array.isArray(value)) return value.map((item) => withoutCircles(item, inner));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withoutCircles(item, inner)]));
}
