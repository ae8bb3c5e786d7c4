/** Many questions to one server over one socket, a window of them in flight. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { queryBytes, type WireQuestion } from "../peers/query.ts";

/** Small enough for a socket buffer of answers of 4 KiB. */
const WINDOW = 24;
const RESEND_MS = 1000;
const ATTEMPTS = 8;

/** The answers in the order of the questions; undefined where there is none after several tries. */
export async function askOverUdp(port: number, questions: readonly WireQuestion[]): Promise<(Buffer | undefined)[]> {
  const socket = createSocket({ type: "udp4", recvBufferSize: 1 << 20 });
  socket.connect(port, "127.0.0.1");
  await once(socket, "connect");
  const answers: (Buffer | undefined)[] = [];
  const waiting = new Map<number, (answer: Buffer) => void>();
  socket.on("message", (bytes) => waiting.get(bytes.readUInt16BE(0))?.(bytes));
  socket.on("error", () => {}); // ECONNREFUSED of a server that died shows as missing answers
  let next = 0;
  const ask = async (): Promise<void> => {
    while (next < questions.length) {
      const index = next++;
      const id = index & 0xffff;
      const query = queryBytes(id, questions[index]!);
      answers[index] = await new Promise((resolve) => {
        let attempts = 1;
        const finish = (answer?: Buffer): void => {
          clearInterval(timer);
          waiting.delete(id);
          resolve(answer);
        };
        const timer = setInterval(() => {
          if (attempts++ === ATTEMPTS) finish();
          else socket.send(query);
        }, RESEND_MS);
        waiting.set(id, finish);
        socket.send(query);
      });
    }
  };
  await Promise.all(Array.from({ length: WINDOW }, ask));
  socket.close();
  return answers;
}

/** The same on one TCP connection, all written before the first answer is read; answers are found by their ids (RFC 7766 §6.2.1.1). */
export async function askOverTcp(port: number, questions: readonly WireQuestion[]): Promise<Buffer[]> {
  if (questions.length > 0xffff) throw new RangeError("more questions than ids");
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const answers: Buffer[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let pending = Buffer.alloc(0);
  let missing = questions.length;
  socket.on("data", (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0);
      const answer = pending.subarray(2, end);
      answers[answer.readUInt16BE(0)] = answer;
      pending = pending.subarray(end);
      missing -= 1;
    }
    if (missing === 0) resolve();
  });
  socket.on("error", reject);
  socket.on("close", () => reject(new Error(`the connection ended with ${missing} answers missing`)));
  const frames = questions.map((question, id) => {
    const bytes = queryBytes(id, question);
    return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
  });
  socket.write(Buffer.concat(frames));
  try {
    await promise;
  } finally {
    socket.destroy();
  }
  return answers;
}
