/**
 * A program in a link: `#code=` and the text, deflated (RFC 1951), in the URL-safe base64 (RFC 4648 §5). The part
 * behind `#` never leaves the browser: who opens the link needs a console of their own, and no server sees the program.
 */

const PREFIX = "#code=";
/** Longest program that a link may bring, in bytes: a small link can unfold to a large text. */
export const MAX_LINKED_BYTES = 1_000_000;

export async function programToHash(source: string): Promise<string> {
  const deflated = new Response(source).body!.pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(deflated).arrayBuffer());
  return PREFIX + toBase64Url(bytes);
}

// `Uint8Array.prototype.toBase64` says the same in one word, but browsers before 2025 and Node 24 do not know it.
function toBase64Url(bytes: Uint8Array): string {
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Throws where the text is no base64. */
function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
}

/** The program of a link; undefined where there is none, or what there is cannot be read. */
export async function programFromHash(hash: string): Promise<string | undefined> {
  if (!hash.startsWith(PREFIX)) return undefined;
  try {
    const bytes = fromBase64Url(hash.slice(PREFIX.length));
    const inflated = new Response(bytes).body!.pipeThrough(new DecompressionStream("deflate-raw"));
    const decoder = new TextDecoder("utf-8", { fatal: true });
    let text = "";
    let length = 0;
    for await (const chunk of inflated as unknown as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      if (length > MAX_LINKED_BYTES) return undefined;
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch {
    return undefined;
  }
}
