/** What the stack's HTTP service answers with: a folder, a module, a function, or the welcome app. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { FetchHandler } from "@tenon/http";
import type { Clock } from "@tenon/kit";
import type { HttpSettings } from "./systems/http.ts";
import { welcomeApp } from "./welcome-app.ts";

export interface HandlerContext {
  /** Folder that relative paths start from. */
  readonly baseDir: string;
  readonly clock: Clock;
}

/** Throws an Error that names the setting and its file. */
export async function httpHandler(settings: HttpSettings, context: HandlerContext): Promise<FetchHandler> {
  const chosen = Object.keys(settings).filter((key) => settings[key as keyof HttpSettings] !== undefined);
  if (chosen.length > 1) throw new Error(`${chosen.join(" and ")} exclude each other`);
  if (settings.fetch !== undefined) return settings.fetch;
  if (settings.app !== undefined) return appOf(resolve(context.baseDir, settings.app), settings.app);
  if (settings.dir !== undefined) {
    const dir = resolve(context.baseDir, settings.dir);
    if (!(await stat(dir).catch(() => undefined))?.isDirectory())
      throw new Error(`dir: ${settings.dir} is not a folder`);
    const { files } = await import("@tenon/http");
    return files(dir);
  }
  return welcomeApp(context.clock);
}

/** Node keeps a module for ever under its URL, so every start of an app gets a URL of its own: it may have been edited. */
let moduleStarts = 0;

async function appOf(file: string, named: string): Promise<FetchHandler> {
  if (!(await stat(file).catch(() => undefined))?.isFile()) throw new Error(`app: there is no file ${named}`);
  const { default: app } = (await import(`${pathToFileURL(file).href}?start=${++moduleStarts}`)) as {
    default?: unknown;
  };
  if (typeof app === "function") return app as FetchHandler;
  const fetch: unknown = typeof app === "object" && app !== null ? Reflect.get(app, "fetch") : undefined;
  if (typeof fetch !== "function") {
    throw new Error(
      `app: the default export of ${named} must be a function from Request to Response, or an object with \`fetch\``,
    );
  }
  return (request, context) => (fetch as FetchHandler).call(app, request, context);
}
