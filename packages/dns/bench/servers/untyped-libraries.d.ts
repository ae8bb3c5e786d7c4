/** The part of dns-packet that the benchmarks use; it comes without types. */
declare module "dns-packet" {
  interface DnsPacket {
    readonly type?: "query" | "response";
    readonly id?: number;
    readonly flags?: number;
    readonly questions?: readonly { readonly type: string; readonly name: string }[];
    readonly answers?: readonly unknown[];
    readonly authorities?: readonly unknown[];
    readonly additionals?: readonly unknown[];
  }
  const dnsPacket: {
    readonly AUTHORITATIVE_ANSWER: number;
    decode(bytes: Uint8Array): Required<DnsPacket>;
    encode(packet: DnsPacket): Buffer;
  };
  export default dnsPacket;
}
