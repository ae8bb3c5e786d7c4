/**
 * What a browser gets that is not let in: a page that says why and what to do. And the way in: `?token=…` becomes a
 * cookie and a clean address.
 */
import { ApiError, errorResponse } from "../api-error.ts";
import type { Guard, Refusal } from "./guard.ts";

const REFUSALS: Readonly<Record<Refusal, { readonly status: number; readonly title: string; readonly text: string }>> =
  {
    host: {
      status: 403,
      title: "Not under this name",
      text: "The console answers only to localhost, 127.0.0.1 and [::1] with its own port, so that no web site can reach it through a name of its own.",
    },
    origin: {
      status: 403,
      title: "Not from another page",
      text: "This request came from another origin. Only the console's own page may call it.",
    },
    token: {
      status: 401,
      title: "This console wants its token",
      text: "Open the address that `tenon up` printed; it ends with ?token=…, new for every run. Or paste the token here.",
    },
  };

/** Style of the pages here: the strict policy allows no inline style, and the built page's files are behind the gate. */
const GATE_CSS = `
:root { color-scheme: light dark; --ink: light-dark(#24292b, #d9dddc); --paper: light-dark(#f7f7f5, #16191a); --edge: light-dark(#cfd3d1, #3a4143); --accent: light-dark(#2b6f6a, #7cc0b8) }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif }
main { max-width: 27rem; padding: 2rem 1.5rem }
h1 { font-size: 1.25rem; margin: 0 0 .5rem }
form { display: flex; gap: .5rem; margin-top: 1.25rem }
input { flex: 1; min-width: 0; padding: .5rem .65rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--edge); border-radius: 6px }
button { padding: .5rem .9rem; font: inherit; color: var(--paper); background: var(--accent); border: 0; border-radius: 6px }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
`;

/** The gate's own style sheet, the only thing that is served without a token; `undefined` for other paths. */
export function gateAsset(pathname: string): Response | undefined {
  if (pathname !== "/gate.css") return undefined;
  return new Response(GATE_CSS, { headers: { "content-type": "text/css; charset=utf-8" } });
}

export function refuse(refusal: Refusal, wantsPage: boolean): Response {
  const { status, title, text } = REFUSALS[refusal];
  if (!wantsPage) return errorResponse(new ApiError(status, `wrong-${refusal}`, text));
  const form =
    refusal === "token"
      ? '<form action="/"><input name="token" aria-label="Token" autocomplete="off" autofocus required><button>Open</button></form>'
      : "";
  return htmlPage(title, `<h1>${title}</h1><p>${text.replaceAll(/`([^`]*)`/g, "<code>$1</code>")}</p>${form}`, {
    status,
  });
}

/**
 * Lets the bearer of the token in: sets the cookie and leads to the same address without the token.
 *
 * A redirect that began on another site (a link in a web mail or a browser-based terminal) would arrive without the
 * SameSite=Strict cookie; in that case a page of our own takes the next step, which makes it a same-site one.
 */
export function letIn(guard: Guard, url: URL, request: Request): Response {
  url.searchParams.delete("token");
  const location = `/${url.pathname.replace(/^\/+/, "")}${url.search}`;
  const headers = { "set-cookie": guard.sessionCookie(), location };
  if (request.headers.get("sec-fetch-site") !== "cross-site") return new Response(null, { status: 303, headers });
  return htmlPage("Tenon", '<p><a href="/">Open the console</a></p>', {
    headers: { "set-cookie": guard.sessionCookie(), refresh: "0; url=/" },
  });
}

function htmlPage(title: string, main: string, init: ResponseInit): Response {
  const html =
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${title}</title><link rel="stylesheet" href="/gate.css"></head><body><main>${main}</main></body></html>\n`;
  const headers = new Headers(init.headers);
  headers.set("content-type", "text/html; charset=utf-8");
  return new Response(html, { ...init, headers });
}
