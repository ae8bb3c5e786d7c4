/**
 * The built page: the files that `vite build` put into `dist/web`, read once into memory — a few hundred kilobytes that
 * are served to one person. Files below `assets/` carry a hash of their content in their name, so browsers keep them.
 */
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { SANDBOX_POLICY } from "./security/headers.ts";

/**
 * Beside this package's door, whether that is `src/index.ts` or `dist/index.js`. Found by the package's name, because
 * this module's own URL is somewhere else once it is part of a bundle.
 */
function webRoot(): string {
  return join(dirname(createRequire(import.meta.url).resolve("@tenon/console")), "../dist/web");
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

export class Page {
  readonly #files = new Map<string, { readonly bytes: Uint8Array<ArrayBuffer>; readonly type: string }>();

  /** Throws when the page was not built. */
  static load(root: string = webRoot()): Page {
    const page = new Page();
    let names: string[];
    try {
      names = readdirSync(root, { recursive: true, encoding: "utf8" });
    } catch (error) {
      throw new Error("the console's page is not built: run `npm run setup`", { cause: error });
    }
    for (const name of names) {
      const type = MEDIA_TYPES[name.slice(name.lastIndexOf(".") + 1)];
      if (type === undefined) continue;
      page.#files.set(`/${name.replaceAll("\\", "/")}`, {
        bytes: new Uint8Array(readFileSync(join(root, name))),
        type,
      });
    }
    return page;
  }

  /** Answers GET and HEAD: a file, or for every other path the page itself, which has routes of its own. */
  respond(pathname: string): Response {
    const isAsset = pathname.startsWith("/assets/");
    const file = this.#files.get(pathname) ?? (isAsset ? undefined : this.#files.get("/index.html"));
    if (file === undefined) return new Response("not found\n", { status: 404 });
    const headers = new Headers({
      "content-type": file.type,
      "cache-control": isAsset ? "private, max-age=31536000, immutable" : "no-store",
    });
    if (pathname.startsWith("/assets/sandbox/")) headers.set("content-security-policy", SANDBOX_POLICY);
    return new Response(file.bytes, { headers });
  }
}
