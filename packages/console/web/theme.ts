/** Dark or light: the system's choice until the person makes one. */
import { type Signal, signal } from "@preact/signals";

export type Theme = "light" | "dark";

const STORAGE_KEY = "tenon.theme";
const systemDark = matchMedia("(prefers-color-scheme: dark)");

export const theme: Signal<Theme> = signal(chosen() ?? fromSystem());

export function toggleTheme(): void {
  apply(theme.value === "dark" ? "light" : "dark");
  // Back at the system's choice, there is nothing to remember: the page follows the system again.
  if (theme.value === fromSystem()) localStorage.removeItem(STORAGE_KEY);
  else localStorage.setItem(STORAGE_KEY, theme.value);
}

export function startTheme(): void {
  apply(theme.value);
  systemDark.addEventListener("change", () => chosen() ?? apply(fromSystem()));
}

function apply(value: Theme): void {
  document.documentElement.dataset["theme"] = value;
  theme.value = value;
}

function fromSystem(): Theme {
  return systemDark.matches ? "dark" : "light";
}

function chosen(): Theme | undefined {
  const value = localStorage.getItem(STORAGE_KEY);
  return value === "light" || value === "dark" ? value : undefined;
}
