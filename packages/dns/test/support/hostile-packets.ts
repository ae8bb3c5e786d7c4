/** Packets that were made to hurt: what mutation alone rarely finds. */
import type { Draw } from "./random-messages.ts";

const QUESTION_TAIL = Buffer.from([0, 1, 0, 1]);

function header(draw: Draw, counts: readonly [number, number, number, number]): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt16BE(draw(65_536), 0);
  bytes[2] = [0, 0, 1, 0x28, 0x20][draw(5)]!; // QUERY, with RD, UPDATE, NOTIFY
  counts.forEach((count, i) => bytes.writeUInt16BE(count, 4 + 2 * i));
  return bytes;
}

const pointer = (offset: number): Buffer => Buffer.from([0xc0 | (offset >> 8), offset & 255]);

/** A name that points at itself, at the byte before it, at one that points back, or behind the end. */
function pointerLoop(draw: Draw): Buffer {
  const start = header(draw, [1, 0, 0, 0]);
  const loops = [
    pointer(12),
    Buffer.concat([Buffer.from([1, 0x61]), pointer(12)]),
    Buffer.concat([pointer(14), pointer(12)]),
    pointer(0x3fff),
    pointer(16),
    pointer(0),
  ];
  return Buffer.concat([start, loops[draw(loops.length)]!, QUESTION_TAIL]);
}

/** Questions each of which points at the one before: as deep a chain as the packet is long. */
function pointerChain(draw: Draw, bytes: number): Buffer {
  const parts: Buffer[] = [Buffer.from([1, 0x61, 0]), QUESTION_TAIL];
  let at = 12;
  let size = 7;
  let count = 1;
  while (size < bytes - 20 && at + size < 0x3fff) {
    const target = at;
    at = 12 + size;
    const part = Buffer.concat([
      count % 3 === 0 ? Buffer.from([1, 0x62]) : Buffer.alloc(0),
      pointer(target),
      QUESTION_TAIL,
    ]);
    parts.push(part);
    size += part.length;
    count += 1;
  }
  return Buffer.concat([header(draw, [count, 0, 0, 0]), ...parts]);
}

/** Names of 254, 255 and 256 bytes, in few long labels or in labels of one byte. */
function longName(draw: Draw): Buffer {
  const size = 254 + draw(3);
  const label = draw(2) === 0 ? 63 : 1;
  const parts: Buffer[] = [];
  for (let left = size - 1; left > 0;) {
    const length = Math.min(label, left - 1);
    if (length <= 0) break;
    parts.push(Buffer.from([length]), Buffer.alloc(length, draw(2) === 0 ? 0x78 : 0x2a));
    left -= length + 1;
  }
  return Buffer.concat([header(draw, [1, 0, 0, 0]), ...parts, Buffer.alloc(1), QUESTION_TAIL]);
}

/** Counts that promise more than there is. */
function emptyPromises(draw: Draw): Buffer {
  const count = (): number => [0, 1, 2, 0xffff][draw(4)]!;
  return Buffer.concat([header(draw, [count(), count(), count(), count()]), Buffer.alloc(draw(40))]);
}

/** As many of the smallest records as a message holds, all owners pointing at one long name. */
function manyRecords(draw: Draw, bytes: number): Buffer {
  const name = Buffer.concat([
    ...Array.from({ length: 3 }, () => Buffer.concat([Buffer.from([63]), Buffer.alloc(63, 0x61)])),
    Buffer.alloc(1),
  ]);
  const type = [1, 2, 5, 15, 16, 41, 250, 255][draw(8)]!;
  const record = Buffer.concat([
    pointer(12),
    Buffer.from([0, type, 0, [1, 254, 255][draw(3)]!, 0, 0, 0, 1, 0, 2]),
    pointer(12),
  ]);
  const count = Math.floor((bytes - 12 - name.length - 4) / record.length);
  const section = 1 + draw(3);
  const counts: [number, number, number, number] = [1, 0, 0, 0];
  counts[section] = count;
  return Buffer.concat([header(draw, counts), name, QUESTION_TAIL, ...Array.from({ length: count }, () => record)]);
}

/** OPT with options whose lengths lie, twice, or as long as the message. */
function brokenOptions(draw: Draw): Buffer {
  const data = Buffer.alloc(draw(60), draw(256));
  const option = Buffer.concat([Buffer.from([0, draw(20), 0, draw(80)]), data]);
  const opt = Buffer.concat([
    Buffer.from([0, 0, 41, 4, 208, 0, draw(2), 0x80, 0, 0, option.length + draw(3) - 1]),
    option,
  ]);
  const count = 1 + draw(2);
  return Buffer.concat([
    header(draw, [1, 0, 0, count]),
    Buffer.from([0]),
    QUESTION_TAIL,
    ...Array.from({ length: count }, () => opt),
  ]);
}

/** `maxBytes`: how long the longest of them are. */
export function hostilePacket(draw: Draw, maxBytes: number): Buffer {
  const kind = draw(40);
  if (kind === 0) return pointerChain(draw, maxBytes);
  if (kind === 1) return manyRecords(draw, maxBytes);
  return [pointerLoop, longName, emptyPromises, brokenOptions][kind % 4]!(draw);
}
