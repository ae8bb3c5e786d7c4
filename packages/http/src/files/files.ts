/** Serves a directory. */
import { type Disk, realWorld, type World } from "@tenon/kit";
import type { FetchHandler } from "../fetch/context.ts";
import { FastResponse } from "../fetch/fast-response.ts";
import { fileResponse } from "./file-response.ts";
import { FileStore, type StoredFile } from "./file-store.ts";
import { listing } from "./listing.ts";
import { filePath, pathOf, queryOf } from "./request-path.ts";

export interface FilesOptions {
  readonly world?: World;
  /** What a directory is answered with, where it exists. Default: `index.html`. */
  readonly index?: string;
  /** List directories that have no index. Default: no. */
  readonly listing?: boolean;
  /** Show names that begin with a dot. Default: no. */
  readonly hidden?: boolean;
  /** A file, relative to the directory, that answers every unknown path without an extension which a page asked for: single-page applications. */
  readonly spa?: string;
  /** A file, relative to the directory, that goes out with status 404. Without it: a line of text. */
  readonly notFound?: string;
  /** `/about` finds `about.html`. Default: no. */
  readonly cleanUrls?: boolean;
  /** The Cache-Control field, for all files or by name (relative to the directory). Default: none. */
  readonly cacheControl?: string | ((name: string) => string | undefined);
  /** Compress what is worth it, and keep the result. Default: yes. */
  readonly compress?: boolean;
  /** Send `x.br`, `x.zst` or `x.gz` for `x`, to who accepts it. Default: yes. */
  readonly precompressed?: boolean;
  /** The largest file that is kept in memory. Default: 256 KiB. */
  readonly keptFileBytes?: number;
  /** All that is kept in memory. Default: 64 MiB. */
  readonly keptBytes?: number;
}

/**
 * A handler that answers GET and HEAD with the files below `directory`. Nothing outside of it can be reached: paths are
 * decoded once and checked by segment, and the disk refuses links that lead out.
 */
export function files(directory: string, options: FilesOptions = {}): FetchHandler {
  const world = options.world ?? realWorld;
  return new FilesHandler(world, world.disk.subdirectory(directory), options).handle;
}

class FilesHandler {
  readonly #world: World;
  readonly #disk: Disk;
  readonly #options: FilesOptions;
  readonly #index: string;
  readonly #hidden: boolean;
  readonly #store: FileStore;

  constructor(world: World, disk: Disk, options: FilesOptions) {
    this.#world = world;
    this.#disk = disk;
    this.#options = options;
    this.#index = options.index ?? "index.html";
    this.#hidden = options.hidden ?? false;
    const { cacheControl, compress = true, precompressed = true } = options;
    this.#store = new FileStore({
      disk,
      clock: world.clock,
      keptFileBytes: options.keptFileBytes ?? 256 * 1024,
      keptBytes: options.keptBytes ?? 64 * 1024 * 1024,
      compress,
      precompressed,
      cacheControl: (name) => (typeof cacheControl === "function" ? cacheControl(name) : cacheControl),
    });
  }

  readonly handle = (request: Request): Response | Promise<Response> => {
    const { method } = request;
    if (method !== "GET" && method !== "HEAD") {
      const headers = { Allow: "GET, HEAD, OPTIONS" };
      return method === "OPTIONS"
        ? new FastResponse(null, { status: 204, headers })
        : new FastResponse("Method Not Allowed\n", { status: 405, headers });
    }
    const pathname = pathOf(request.url);
    const path = filePath(pathname, this.#hidden);
    if (path === undefined) return this.#missing(request, undefined);
    const { name, isDirectory } = path;
    const wanted = isDirectory ? below(name, this.#index) : name;
    const fresh = this.#store.fresh(wanted);
    if (fresh !== undefined) return this.#send(request, fresh);
    return isDirectory ? this.#directory(request, name, pathname) : this.#file(request, name, pathname);
  };

  async #file(request: Request, name: string, pathname: string): Promise<Response> {
    const found = await this.#store.lookUp(name);
    if (found === "directory") {
      // Relative links on the page need the slash.
      return new FastResponse(null, { status: 308, headers: { Location: `${pathname}/${queryOf(request.url)}` } });
    }
    if (found !== undefined) return this.#send(request, found);
    if (this.#options.cleanUrls === true) {
      const page = await this.#store.lookUp(`${name}.html`);
      if (page !== undefined && page !== "directory") return this.#send(request, page);
    }
    return this.#missing(request, name);
  }

  async #directory(request: Request, name: string, pathname: string): Promise<Response> {
    const index = await this.#store.lookUp(below(name, this.#index));
    if (index !== undefined && index !== "directory") return this.#send(request, index);
    if (this.#options.listing === true && (await this.#store.lookUp(name)) === "directory") {
      return listing(request, this.#disk, name, pathname, this.#hidden);
    }
    return this.#missing(request, name);
  }

  async #missing(request: Request, name: string | undefined): Promise<Response> {
    const { spa, notFound } = this.#options;
    const isPage =
      name !== undefined && !/\.[^/]*$/.test(name) && (request.headers.get("accept") ?? "").includes("html");
    if (spa !== undefined && isPage) {
      const page = await this.#store.lookUp(spa);
      if (page !== undefined && page !== "directory") return this.#send(request, page);
    }
    if (notFound !== undefined) {
      const page = await this.#store.lookUp(notFound);
      if (page !== undefined && page !== "directory") return this.#send(request, page, 404);
    }
    return new FastResponse("Not Found\n", { status: 404 });
  }

  #send(request: Request, file: StoredFile, status = 200): Response | Promise<Response> {
    return fileResponse(request, file, { disk: this.#disk, nowMs: this.#world.clock.now() }, status);
  }
}

function below(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}
