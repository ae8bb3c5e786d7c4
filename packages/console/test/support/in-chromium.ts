/** What a file of Chromium tests needs: a browser, a console, and windows that are closed after each test. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Console } from "@tenon/console";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { launch, type Visit, visit } from "./browser.ts";

/** Undefined where there is none: `describe.skipIf(chromium === undefined)`. */
export const chromium: string | undefined = peer("chromium");

/** Kept as output of a CI run, which says where. */
const SCREENSHOTS =
  process.env["TENON_SCREENSHOTS"] ?? fileURLToPath(new URL("../../../../build/screenshots/", import.meta.url));

/** Both themes; each test of looks opens both widths. */
export const THEMES = ["light", "dark"] as const;
export const WIDTHS = [360, 1280] as const;

export interface OpenOptions {
  readonly width?: number;
  readonly theme?: "light" | "dark";
  /** Another console than the file's own, or a page without its token. */
  readonly url?: string;
  /** The test makes the page complain: it is not asked about it at the end. */
  readonly mayComplain?: boolean;
}

export interface ConsoleInChromium {
  readonly console: () => Console;
  /** A window of its own, let in, on a path of the console. */
  open(path?: string, options?: OpenOptions): Promise<Visit>;
  goTo(page: Page, path: string): Promise<void>;
  /** Keeps a picture of a page that waits for nothing, which has to fit its window's width. */
  picture(page: Page, name: string): Promise<void>;
}

/**
 * Called in the `describe` of a file: registers what comes before and after its tests. After each test every window is closed, whether it
 * passed or not, and none may have had anything to complain about: errors, warnings, requests that left the console.
 */
export function inChromium(start: () => Promise<Console>, stop: () => Promise<void>): ConsoleInChromium {
  let browser: Browser | undefined;
  let target: Console | undefined;
  let windows: { readonly visit: Visit; readonly mayComplain: boolean }[] = [];
  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    browser = await launch(chromium!);
    target = await start();
  });
  afterEach(async () => {
    const complaints = windows.flatMap((window) => (window.mayComplain ? [] : window.visit.complaints));
    windows = [];
    await Promise.all(browser!.contexts().map((context) => context.close()));
    expect(complaints, "what the page complained about").toEqual([]);
  });
  afterAll(async () => {
    await target?.close();
    await stop();
    await browser?.close();
  });
  const goTo = async (page: Page, path: string): Promise<void> => {
    await page.goto(new URL(path, target!.url).href);
  };
  return {
    console: () => target!,
    goTo,
    open: async (path = "/", { url = target!.url, mayComplain = false, width = 1280, theme = "light" } = {}) => {
      const opened = await visit(browser!, url, { width, height: width < 500 ? 740 : 800, theme });
      windows.push({ visit: opened, mayComplain });
      if (path !== "/") await goTo(opened.page, path);
      return opened;
    },
    picture: async (page, name) => {
      await page.locator('[aria-busy="true"]').first().waitFor({ state: "detached" });
      const [content, window] = await page.evaluate<[number, number]>(
        "[document.documentElement.scrollWidth, innerWidth]",
      );
      expect(content, `${name} fits the window`).toBeLessThanOrEqual(window);
      await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
    },
  };
}
