/** DOA: a digital object, or where it is (draft-durand-doa-over-dns). */
import { splitText } from "../../text/strings.ts";
import { base64Bytes, base64Text } from "../fields/binary.ts";
import { u32, u8 } from "../fields/numbers.ts";
import { characterString } from "../fields/strings.ts";
import { type Field, type RdataFormat, row } from "../format.ts";

export interface Doa {
  readonly type: "DOA";
  readonly enterprise: number;
  readonly objectType: number;
  readonly location: number;
  readonly mediaType: Uint8Array;
  readonly data: Uint8Array;
}

/** `-` for none. */
const data: Field<Uint8Array> = {
  read: (from) => from.copy(from.remaining),
  write: (to, value) => to.bytes(value),
  parse(from, to, what) {
    const text = from.rest(what);
    if (text !== "-") to.bytes(base64Bytes(text, what));
  },
  print: (from, { splitWidth }) => (from.remaining === 0 ? "-" : splitText(base64Text(from.rest()), splitWidth)),
};

export const DOA: RdataFormat = row<Doa>("DOA", {
  enterprise: u32,
  objectType: u32,
  location: u8,
  mediaType: characterString,
  data,
});
