/** Headless Chromium, and the eyes of a test: whatever the page complains about is kept. */
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Console errors and warnings, exceptions, and requests that left the console's origin. */
  readonly complaints: string[];
}

export async function visit(
  browser: Browser,
  url: string,
  options: { readonly width?: number; readonly height?: number; readonly theme?: "light" | "dark" } = {},
): Promise<Visit> {
  const { width = 1280, height = 800, theme = "light" } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    permissions: ["clipboard-read", "clipboard-write"],
    timezoneId: "UTC",
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const { origin } = new URL(url);
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.stack ?? error.message));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) complaints.push(`asked ${request.url()}`);
  });
  await page.goto(url);
  return { page, context, complaints };
}
