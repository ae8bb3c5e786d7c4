/* oxlint-disable typescript/no-explicit-any */
// Interim: to be replaced by RedisClient of @tenon/redis.
import type { World } from "@tenon/kit";
import { connect } from "node:net";
import { toWireBytes } from "./wire-bytes.ts";
import type { WireReply } from "./wire.ts";
export interface RedisConnection {
  send(command: readonly (string | Buffer)[]): Promise<WireReply>;
  close(): void;
}
export interface ConnectionHandlers {
  onPush?: (push: WireReply) => void;
  onLine?: (line: string) => void;
  onClose: () => void;
}
export async function connectRedis(url: string, handlers: ConnectionHandlers, _world: World): Promise<RedisConnection> {
  const u = new URL(url);
  const socket = connect({ host: u.hostname, port: Number(u.port || 6379) });
  await new Promise<void>((ok, no) => {
    socket.once("connect", () => ok());
    socket.once("error", no);
  });
  let buf = Buffer.alloc(0);
  const waiting: ((r: WireReply) => void)[] = [];
  let at = 0;
  const line = (): string => {
    const e = buf.indexOf("\r\n", at);
    if (e < 0) throw new Error("more");
    const s = buf.toString("utf8", at, e);
    at = e + 2;
    return s;
  };
  const parse = (): any => {
    const l = line();
    const t = l[0];
    const r = l.slice(1);
    if (t === "+") return { status: r };
    if (t === "-") return { error: r };
    if (t === ":") return { integer: r };
    if (t === "_") return null;
    if (t === ",") return { double: r };
    if (t === "#") return { boolean: r === "t" };
    if (t === "$" || t === "=") {
      const n = Number(r);
      if (n < 0) return null;
      if (at + n + 2 > buf.length) throw new Error("more");
      const b = buf.subarray(at, at + n);
      at += n + 2;
      return toWireBytes(t === "=" ? b.subarray(4) : b);
    }
    const n = Number(r);
    if (n < 0) return null;
    if (t === "%") return { map: Array.from({ length: n }, () => [parse(), parse()]) };
    const items = Array.from({ length: n }, parse);
    if (t === "~") return { set: items };
    if (t === ">") return { pushed: items };
    return items;
  };
  socket.on("data", (d: Buffer) => {
    buf = Buffer.concat([buf, d]);
    for (;;) {
      if (buf.length === 0) return;
      at = 0;
      let v;
      try {
        v = parse();
      } catch {
        return;
      }
      buf = buf.subarray(at);
      if (v?.pushed) handlers.onPush?.(v.pushed);
      else if (waiting.length === 0 && v?.status) handlers.onLine?.(v.status);
      else waiting.shift()?.(v);
    }
  });
  socket.on("close", () => handlers.onClose());
  socket.on("error", () => undefined);
  const c: RedisConnection = {
    send: (cmd) =>
      new Promise((ok) => {
        waiting.push(ok);
        socket.write(
          Buffer.concat([
            Buffer.from(`*${cmd.length}\r\n`),
            ...cmd.flatMap((a) => [
              Buffer.from(`$${Buffer.byteLength(a)}\r\n`),
              Buffer.isBuffer(a) ? a : Buffer.from(a),
              Buffer.from("\r\n"),
            ]),
          ]),
        );
      }),
    close: () => socket.destroy(),
  };
  await c.send(["HELLO", "3"]);
  return c;
}
