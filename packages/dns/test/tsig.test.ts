import { inspect } from "node:util";
import { expect, test } from "vitest";
import { DnsError } from "../src/errors.ts";
import { decodeMessage } from "../src/message/decode.ts";
import { encodeMessage } from "../src/message/encode.ts";
import { blankMessage, type Message } from "../src/message/message.ts";
import { Name } from "../src/name/name.ts";
import { TYPE } from "../src/rdata/types.ts";
import { MAX_UNSIGNED_MESSAGES, TsigContext } from "../src/tsig/context.ts";
import { TsigError } from "../src/tsig/errors.ts";
import { keyFromArgument, keyFromFile, keyMap, TSIG_ALGORITHMS, type TsigKey, tsigKey } from "../src/tsig/key.ts";
import { fuzzSignatures } from "./support/fuzz-transfers.ts";

const NOW = 1_700_000_000;
const SECRET = Buffer.from("a secret that nobody knows").toString("base64");
const key = tsigKey("Key.Example", "hmac-sha256", SECRET);
const keys = keyMap([key]);

const query: Message = blankMessage({
  id: 4711,
  questions: [{ name: Name.parse("example."), type: TYPE.SOA, class: 1 }],
});
const answer: Message = { ...query, response: true };

function verified(bytes: Uint8Array, from: ReadonlyMap<string, TsigKey> = keys, now = NOW): TsigContext {
  const result = TsigContext.verifyRequest(bytes, decodeMessage(bytes), from, now);
  if (!("context" in result)) throw new Error(`refused: ${result.error ?? "FORMERR"}`);
  return result.context;
}

function refused(bytes: Uint8Array, from: ReadonlyMap<string, TsigKey> = keys, now = NOW) {
  const result = TsigContext.verifyRequest(bytes, decodeMessage(bytes), from, now);
  if ("context" in result) throw new Error("verified");
  return result;
}

function errorOf(run: () => void): TsigError {
  try {
    run();
  } catch (error) {
    if (error instanceof TsigError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

test.each(TSIG_ALGORITHMS)("%s signs a request and a stream of answers that the other end verifies", (algorithm) => {
  const own = tsigKey("k.", algorithm, SECRET);
  const client = TsigContext.forRequest(own);
  const request = client.sign(encodeMessage(query), NOW);
  expect(request.length).toBe(encodeMessage(query).length + client.recordBytes);
  const server = verified(request, keyMap([own]));
  for (let i = 0; i < 4; i++) {
    const bytes = server.sign(encodeMessage(answer), NOW + i);
    client.verify(bytes, decodeMessage(bytes), NOW + i);
  }
  client.finish();
});

test("a message that was changed anywhere is BADSIG, or no longer the same message", () => {
  const bytes = TsigContext.forRequest(key).sign(encodeMessage(query), NOW);
  let badsig = 0;
  for (let at = 2; at < bytes.length; at++) {
    const changed = Uint8Array.from(bytes);
    changed[at]! ^= 0x01;
    let message;
    try {
      message = decodeMessage(changed);
    } catch {
      continue;
    }
    if (message.tsig === undefined) continue;
    // Only the error field's and the key's own letters' case are read before the MAC; bytes of the latter are not signed as they are.
    const result = TsigContext.verifyRequest(changed, message, keys, NOW);
    expect("context" in result, `byte ${at}`).toBe(false);
    if ("error" in result && result.error === "BADSIG") badsig += 1;
  }
  expect(badsig).toBeGreaterThan(30);
});

test("the id may change on the way, as behind a forwarder", () => {
  const bytes = TsigContext.forRequest(key).sign(encodeMessage(query), NOW);
  bytes[0]! ^= 0xff;
  verified(bytes);
});

test("BADKEY and BADSIG are answered unsigned, and the client says so", () => {
  const stranger = tsigKey("stranger.", "hmac-sha256", SECRET);
  const forged = tsigKey("key.example.", "hmac-sha256", Buffer.from("another").toString("base64"));
  const other = tsigKey("key.example.", "hmac-sha1", SECRET);
  for (const [wrong, error] of [
    [stranger, "BADKEY"],
    [forged, "BADSIG"],
    [other, "BADKEY"],
  ] as const) {
    const client = TsigContext.forRequest(wrong);
    const refusal = refused(client.sign(encodeMessage(query), NOW));
    expect(refusal).toMatchObject({ rcode: 9, error });
    const reply = refusal.sign(encodeMessage({ ...answer, rcode: 9 }));
    expect(decodeMessage(reply).tsig!.value.mac).toHaveLength(0);
    expect(errorOf(() => client.verify(reply, decodeMessage(reply), NOW))).toMatchObject({
      code: error,
      fromPeer: true,
    });
  }
});

test("BADTIME is answered signed, with the client's time and the server's clock beside it", () => {
  const client = TsigContext.forRequest(key);
  const request = client.sign(encodeMessage(query), NOW);
  verified(request, keys, NOW + 300);
  verified(request, keys, NOW - 300);
  for (const now of [NOW + 301, NOW - 301]) {
    const refusal = refused(request, keys, now);
    expect(refusal).toMatchObject({ rcode: 9, error: "BADTIME" });
    const reply = refusal.sign(encodeMessage({ ...answer, rcode: 9 }));
    const { value } = decodeMessage(reply).tsig!;
    expect(value.timeSigned).toBe(NOW);
    expect(Buffer.from(value.other).readUIntBE(0, 6)).toBe(now);
    const asked = TsigContext.forRequest(key);
    asked.sign(encodeMessage(query), NOW);
    const error = errorOf(() => asked.verify(reply, decodeMessage(reply), NOW));
    expect(error).toMatchObject({ code: "BADTIME", fromPeer: true });
    expect(error.message).toContain(String(now));
  }
});

test("a shorter MAC than the key wants is BADTRUNC and signed, an impossible one FORMERR", () => {
  const short = tsigKey("key.example.", "hmac-sha256-128", SECRET);
  const refusal = refused(TsigContext.forRequest(short).sign(encodeMessage(query), NOW));
  expect(refusal).toMatchObject({ rcode: 9, error: "BADTRUNC" });
  expect(decodeMessage(refusal.sign(encodeMessage(answer))).tsig!.value.mac).toHaveLength(32);
  verified(TsigContext.forRequest(key).sign(encodeMessage(query), NOW), keyMap([short]));

  for (const length of [0, 9, 15, 33]) {
    const bytes = TsigContext.forRequest(key).sign(encodeMessage(query), NOW);
    const message = decodeMessage(bytes);
    const value = { ...message.tsig!.value, mac: new Uint8Array(length) };
    const again = encodeMessage({ ...message, tsig: { ...message.tsig!, value } });
    expect(refused(again)).toMatchObject({ rcode: 1, error: undefined });
  }
});

test("a truncated algorithm also goes by the name that RFC 8945 gives it", () => {
  const short = tsigKey("key.example.", "hmac-sha512-256", SECRET);
  const bytes = TsigContext.forRequest(short).sign(encodeMessage(query), NOW);
  const message = decodeMessage(bytes);
  const value = { ...message.tsig!.value, algorithm: Name.parse("hmac-sha512-256.") };
  const renamed = encodeMessage({ ...message, tsig: { ...message.tsig!, value } });
  // The algorithm's name is signed too.
  expect(refused(renamed, keyMap([short]))).toMatchObject({ error: "BADSIG" });
});

test("a stream may leave signatures out between signed messages, not at its ends, and not for long", () => {
  const exchange = () => {
    const client = TsigContext.forRequest(key);
    return { client, server: verified(client.sign(encodeMessage(query), NOW)) };
  };
  const plain = encodeMessage(answer);
  const heard = (client: TsigContext, bytes: Uint8Array): void => client.verify(bytes, decodeMessage(bytes), NOW);

  const ends = exchange();
  expect(errorOf(() => heard(ends.client, plain)).code).toBe("unsigned");
  expect(errorOf(() => ends.client.finish()).code).toBe("unsigned");
  heard(ends.client, ends.server.sign(plain, NOW));
  heard(ends.client, plain);
  expect(errorOf(() => ends.client.finish()).code).toBe("unsigned");
  // The signature has to cover what came without one, and this one does not.
  expect(errorOf(() => heard(ends.client, ends.server.sign(plain, NOW))).code).toBe("BADSIG");

  const long = exchange();
  heard(long.client, long.server.sign(plain, NOW));
  for (let i = 0; i < MAX_UNSIGNED_MESSAGES; i++) heard(long.client, plain);
  expect(errorOf(() => heard(long.client, plain)).code).toBe("unsigned");
});

test("answers out of order, from another exchange or from another key are refused", () => {
  const client = TsigContext.forRequest(key);
  const server = verified(client.sign(encodeMessage(query), NOW));
  const [first, second] = [server.sign(encodeMessage(answer), NOW), server.sign(encodeMessage(answer), NOW)];
  expect(errorOf(() => client.verify(second, decodeMessage(second), NOW)).code).toBe("BADSIG");
  client.verify(first, decodeMessage(first), NOW);
  expect(errorOf(() => client.verify(first, decodeMessage(first), NOW)).code).toBe("BADSIG");

  const another = TsigContext.forRequest(key);
  another.sign(encodeMessage({ ...query, id: 1 }), NOW);
  expect(errorOf(() => another.verify(first, decodeMessage(first), NOW)).code).toBe("BADSIG");
  const renamed = TsigContext.forRequest(tsigKey("k2.", "hmac-sha256", SECRET));
  renamed.sign(encodeMessage(query), NOW);
  expect(errorOf(() => renamed.verify(first, decodeMessage(first), NOW)).code).toBe("BADKEY");
});

test("keys are read as arguments and from files, and never show their secret", () => {
  const same = { name: Name.parse("k.example."), algorithm: "hmac-sha512" };
  for (const read of [
    keyFromArgument(`hmac-sha512:k.example:${SECRET}`),
    keyFromFile(`// made by hand\nkey "k.example" {\n\talgorithm hmac-sha512;\n\tsecret "${SECRET}";\n};\n`),
    keyFromFile(`k.example. IN KEY 512 3 165 ${SECRET.slice(0, 8)} ${SECRET.slice(8)}\n`),
    keyFromFile(`hmac-sha512:k.example:${SECRET}\n`),
  ]) {
    expect(read).toMatchObject(same);
    expect(Buffer.from(read.secret).toString("base64")).toBe(SECRET);
    expect(inspect(read) + JSON.stringify(read)).not.toMatch(/secret|97,\s*32/);
  }
  expect(keyFromArgument(`k.example:${SECRET}`).algorithm).toBe("hmac-sha256");
  for (const wrong of ["k", "hmac-sha3:k:AAAA", "k:not!base64", "k:"]) {
    expect(() => keyFromArgument(wrong)).toThrow(DnsError);
  }
  expect(() => keyFromArgument("k:hush!hush")).toThrow(/^(?!.*hush)/);
});

test("no mutation of a signed request is taken for a good one that says something else", () => {
  expect(fuzzSignatures(6000, 5)).toBeGreaterThan(300);
});
