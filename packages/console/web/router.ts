/** Routes are paths; the server answers every path with the page. */
import { type Signal, signal } from "@preact/signals";

/** Decoded segments: `/services/redis/keys` is `["services", "redis", "keys"]`. */
export const route: Signal<readonly string[]> = signal(segments());

export function navigate(path: string, replace = false): void {
  if (path === location.pathname) return;
  history[replace ? "replaceState" : "pushState"](null, "", path);
  route.value = segments();
}

/** Takes over plain clicks on links within the page. */
export function interceptLinks(): void {
  addEventListener("popstate", () => (route.value = segments()));
  addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const anchor = (event.target as Element).closest("a");
    if (anchor === null || anchor.target !== "" || anchor.origin !== location.origin) return;
    if (anchor.pathname === location.pathname && anchor.hash !== "") return;
    event.preventDefault();
    navigate(anchor.pathname);
  });
}

function segments(): readonly string[] {
  return location.pathname.split("/").filter(Boolean).map(decodeURIComponent);
}
