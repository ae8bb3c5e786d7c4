/** Cursors against what one would write without them, and the chunk queue against concatenating. */
import { microScenario, type Scenario, suite, type Suite } from "@tenon/bench";
import { ByteReader, ByteWriter, ChunkQueue } from "@tenon/kit";

const RECORDS = 1000;

/** Records of a 16-bit, a 32-bit and a 64-bit number, big endian, as protocols have them. */
function records(): Buffer {
  const bytes = Buffer.alloc(RECORDS * 14);
  for (let i = 0; i < RECORDS; i++) {
    bytes.writeUInt16BE(i & 0xffff, i * 14);
    bytes.writeUInt32BE(i * 977, i * 14 + 2);
    bytes.writeBigUInt64BE(BigInt(i) << 20n, i * 14 + 6);
  }
  return bytes;
}

/** Varints of one to three bytes. */
function varints(): Buffer {
  const writer = new ByteWriter();
  for (let i = 0; i < RECORDS; i++) writer.uvarint32((i * 7919) % 100_000);
  return writer.take();
}

/** A stream of frames, each after its length in four bytes, cut into chunks of 1460 bytes as from a network. */
function stream(frames: number, frameBytes: number): Buffer[] {
  const writer = new ByteWriter();
  for (let i = 0; i < frames; i++) writer.prefixedBytes("u32be", new Uint8Array(frameBytes).fill(i));
  const bytes = writer.take();
  return Array.from({ length: Math.ceil(bytes.length / 1460) }, (_, i) => bytes.subarray(i * 1460, (i + 1) * 1460));
}

/** Both sides add up the first bytes of the frames that they find. */
function frames(name: string, count: number, frameBytes: number): Scenario {
  return microScenario({
    name,
    unit: "frame",
    unitsPerCall: count,
    ours: {
      name: "ChunkQueue",
      setup: () => {
        const chunks = stream(count, frameBytes);
        return () => {
          const queue = new ChunkQueue();
          let sum = 0;
          for (const chunk of chunks) {
            queue.push(chunk);
            while (queue.length >= 4) {
              const length = (queue.at(0)! << 24) | (queue.at(1)! << 16) | (queue.at(2)! << 8) | queue.at(3)!;
              if (queue.length < 4 + length) break;
              queue.skip(4);
              sum += queue.take(length)![0]!;
            }
          }
          return sum;
        };
      },
    },
    peers: [
      {
        name: "Buffer.concat per chunk",
        setup: () => {
          const chunks = stream(count, frameBytes);
          return () => {
            let pending: Buffer = Buffer.alloc(0);
            let sum = 0;
            for (const chunk of chunks) {
              pending = Buffer.concat([pending, chunk]);
              while (pending.length >= 4) {
                const length = pending.readUInt32BE(0);
                if (pending.length < 4 + length) break;
                sum += pending[4]!;
                pending = pending.subarray(4 + length);
              }
            }
            return sum;
          };
        },
      },
    ],
  });
}

const bytes: Suite = suite("kit", [
  microScenario({
    name: "reading fixed-width fields",
    unit: "record",
    unitsPerCall: RECORDS,
    ours: {
      name: "ByteReader",
      setup: () => {
        const input = records();
        return () => {
          const reader = new ByteReader(input);
          let sum = 0;
          while (reader.remaining > 0) sum += reader.u16be() + reader.u32be() + reader.safeU64be();
          return sum;
        };
      },
    },
    peers: [
      {
        name: "Buffer.read…",
        setup: () => {
          const input = records();
          return () => {
            let sum = 0;
            for (let at = 0; at < input.length; at += 14) {
              sum += input.readUInt16BE(at) + input.readUInt32BE(at + 2) + Number(input.readBigUInt64BE(at + 6));
            }
            return sum;
          };
        },
      },
      {
        name: "DataView",
        setup: () => {
          const input = records();
          return () => {
            const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
            let sum = 0;
            for (let at = 0; at < input.length; at += 14) {
              sum +=
                view.getUint16(at) +
                view.getUint32(at + 2) +
                view.getUint32(at + 6) * 2 ** 32 +
                view.getUint32(at + 10);
            }
            return sum;
          };
        },
      },
    ],
  }),
  microScenario({
    name: "reading varints",
    unit: "varint",
    unitsPerCall: RECORDS,
    ours: {
      name: "ByteReader",
      setup: () => {
        const input = varints();
        return () => {
          const reader = new ByteReader(input);
          let sum = 0;
          while (reader.remaining > 0) sum += reader.uvarint32();
          return sum;
        };
      },
    },
    peers: [
      {
        name: "a loop without bounds",
        setup: () => {
          const input = varints();
          return () => {
            let sum = 0;
            for (let at = 0; at < input.length;) {
              let value = 0;
              let shift = 0;
              let byte: number;
              do {
                byte = input[at++]!;
                value |= (byte & 0x7f) << shift;
                shift += 7;
              } while (byte >= 0x80);
              sum += value;
            }
            return sum;
          };
        },
      },
    ],
  }),
  microScenario({
    name: "writing fixed-width fields and a string",
    unit: "record",
    unitsPerCall: RECORDS,
    ours: {
      name: "ByteWriter",
      setup: () => {
        const writer = new ByteWriter(64 * 1024);
        return () => {
          writer.reset();
          for (let i = 0; i < RECORDS; i++) {
            writer.u16be(i);
            writer.u32be(i * 977);
            writer.prefixedUtf8("u16be", "partition");
          }
          return writer.view();
        };
      },
    },
    peers: [
      {
        name: "Buffer.write…",
        setup: () => {
          const output = Buffer.alloc(64 * 1024);
          return () => {
            let at = 0;
            for (let i = 0; i < RECORDS; i++) {
              at = output.writeUInt16BE(i, at);
              at = output.writeUInt32BE(i * 977, at);
              const length = output.write("partition", at + 2);
              output.writeUInt16BE(length, at);
              at += 2 + length;
            }
            return output.subarray(0, at);
          };
        },
      },
    ],
  }),
  frames("100-byte frames from 1460-byte chunks", RECORDS, 100),
  frames("a 4 MiB frame from 1460-byte chunks", 1, 4 * 2 ** 20),
]);

export default bytes;
