/**
 * Lets Node's `new Request(…)` and `fetch(…)` take the requests that a server hands out.
 *
 * Both look for private fields, which nothing but Node's own constructor can make, so it takes a word with the globals: they
 * are wrapped such that these requests are turned into Node's own on the way in. Everything else about them stays, their
 * identity with `Request.prototype` and `instanceof` included.
 */
import { IncomingRequest } from "./incoming-request.ts";

type Input = ConstructorParameters<typeof Request>[0];
type Init = ConstructorParameters<typeof Request>[1];

/** Wraps the globals of this process. Returns what puts Node's own back. */
export function installIncomingRequest(): () => void {
  const { Request: NativeRequest, fetch: nativeFetch } = globalThis;
  const WrappedRequest = new Proxy(NativeRequest, {
    construct(target, [input, init]: [Input, Init], newTarget): Request {
      const constructor: unknown = newTarget === WrappedRequest ? target : newTarget;
      return Reflect.construct(target, [taken(input, init), init], constructor as typeof Request) as Request;
    },
  });
  const wrappedFetch: typeof nativeFetch = async (input, init) => nativeFetch(taken(input, init), init);
  globalThis.Request = WrappedRequest;
  globalThis.fetch = wrappedFetch;
  return () => {
    if (globalThis.Request === WrappedRequest) globalThis.Request = NativeRequest;
    if (globalThis.fetch === wrappedFetch) globalThis.fetch = nativeFetch;
  };
}

/** A used-up request can be the pattern of another only where that brings a body of its own (Fetch standard, §5.4). */
function taken<T extends Input>(input: T, init: Init): T | Request {
  const native = IncomingRequest.native(input);
  if (native !== input && (input as Request).bodyUsed && (init?.body ?? null) === null) {
    throw new TypeError("Cannot construct a Request with a Request object that has already been used.");
  }
  return native;
}
