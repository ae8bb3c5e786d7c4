/** HIP: a host identity, its tag, and the rendezvous servers that know where it is (RFC 8005 §5). */
import type { Name } from "../../name/name.ts";
import { base64Bytes, base64Text, hexBytes, hexText } from "../fields/binary.ts";
import { exactNames } from "../fields/names.ts";
import { badRdata, custom, type RdataFormat } from "../format.ts";
import { DnsError } from "../../errors.ts";

export interface Hip {
  readonly type: "HIP";
  readonly algorithm: number;
  /** The host identity tag: 1 to 255 bytes. */
  readonly tag: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly servers: readonly Name[];
}

export const HIP: RdataFormat = custom<Hip>("HIP", {
  read(from) {
    const tagLength = from.u8();
    const algorithm = from.u8();
    const keyLength = from.u16();
    if (tagLength === 0 || keyLength === 0) throw badRdata("HIP without a tag or a key");
    return { algorithm, tag: from.copy(tagLength), publicKey: from.copy(keyLength), servers: exactNames.read(from) };
  },
  write(to, { algorithm, tag, publicKey, servers }) {
    if (tag.length === 0 || tag.length > 255 || publicKey.length === 0) throw badRdata("HIP without a tag or a key");
    to.u8(tag.length);
    to.u8(algorithm);
    to.u16(publicKey.length);
    to.bytes(tag);
    to.bytes(publicKey);
    exactNames.write(to, servers);
  },
  parse(from, to) {
    const algorithm = from.integer("HIP algorithm", 255);
    const tag = hexBytes(from.word("HIP tag"), "HIP tag");
    const publicKey = base64Bytes(from.word("HIP public key"), "HIP public key");
    if (tag.length === 0 || tag.length > 255) throw new DnsError("syntax", `HIP tag has ${tag.length} bytes`);
    to.u8(tag.length);
    to.u8(algorithm);
    to.u16(publicKey.length);
    to.bytes(tag);
    to.bytes(publicKey);
    exactNames.parse(from, to, "HIP rendezvous server");
  },
  // Neither tag nor key may be split: blanks end them.
  print(from, style) {
    const tagLength = from.u8();
    const algorithm = from.u8();
    const keyLength = from.u16();
    if (tagLength === 0 || keyLength === 0) throw badRdata("HIP without a tag or a key");
    const text = `${algorithm} ${hexText(from.take(tagLength))} ${base64Text(from.take(keyLength))}`;
    return from.remaining === 0 ? text : `${text} ${exactNames.print(from, style)}`;
  },
});
