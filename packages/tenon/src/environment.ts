/** Addresses as environment variables, for `tenon run` and whoever starts programs beside a stack. */
import type { ServiceAddress } from "./systems/system.ts";

/** Fills `{url}`, `{host}` and `{port}` into each of `templates`. Other braces stay as they are. */
export function fillVariables(
  templates: Readonly<Record<string, string>>,
  address: ServiceAddress,
): Record<string, string> {
  const filled: Record<string, string> = {};
  for (const [name, template] of Object.entries(templates)) {
    filled[name] = template.replaceAll(/\{(url|host|port)\}/g, (_, part: "url" | "host" | "port") =>
      String(address[part]),
    );
  }
  return filled;
}
