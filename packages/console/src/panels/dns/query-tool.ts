/** The query tool: makes a query, sends it, and takes both messages apart. */
import {
  classCode,
  decodeMessage,
  describeMessage,
  DnsError,
  ednsOption,
  type EdnsOption,
  encodeMessage,
  messageText,
  request,
  type UpstreamClient,
  UpstreamError,
} from "@tenon/dns";
import type { Address, World } from "@tenon/kit";
import { bad, Fields } from "../../api-error.ts";
import { readName, readType } from "./records.ts";
import { QUERY_FLAGS, type QueryAnswer, type QueryEdns, type QueryRequest, type WirePacket } from "./wire.ts";

const TIMEOUT_MS = 5000;
const COOKIE_BYTES = 8;
const MAX_MESSAGE_BYTES = 0xffff;

/** Asks as `body`, a QueryRequest, says. A server that does not answer is an answer too; throws ApiError for what is no question. */
export async function runQuery(
  body: unknown,
  own: Address | undefined,
  client: UpstreamClient,
  world: World,
): Promise<QueryAnswer> {
  const asked = readQuery(body);
  const server = asked.server === "" ? own : readServer(asked.server);
  if (server === undefined) throw bad("the service is not running; name a server");
  const query = queryBytes(asked, world);
  const transport = asked.tcp ? "tcp" : "udp";
  const common = {
    query: packet(query),
    server: `${server.address}#${server.port}`,
    command: digCommand(asked, server),
  };
  const startedMs = world.clock.monotonic();
  try {
    const reply = await client.query(query, server, {
      tcp: asked.tcp,
      timeoutMs: TIMEOUT_MS,
      keepId: true,
      ignoreTruncation: true,
    });
    return { ...common, reply: packet(reply.bytes), transport, elapsedMs: reply.elapsedMs };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    const elapsedMs = world.clock.monotonic() - startedMs;
    const reply = error.bytes === undefined ? {} : { reply: packet(error.bytes) };
    return { ...common, ...reply, failure: error.message, transport, elapsedMs };
  }
}

/** Takes a message apart that the page has from somewhere else. */
export function describePacket(body: unknown): WirePacket {
  const bytes = Buffer.from(new Fields(body).text("base64", 2 * MAX_MESSAGE_BYTES), "base64");
  if (bytes.length > MAX_MESSAGE_BYTES) throw bad(`a message has at most ${MAX_MESSAGE_BYTES} bytes`);
  return packet(bytes);
}

function packet(bytes: Uint8Array): WirePacket {
  const described = { base64: Buffer.from(bytes).toString("base64"), fields: describeMessage(bytes) };
  try {
    return { ...described, text: messageText(decodeMessage(bytes)) };
  } catch (error) {
    if (error instanceof DnsError) return described;
    throw error;
  }
}

function readQuery(body: unknown): QueryRequest {
  const fields = new Fields(body);
  const flags = fields.array("flags", QUERY_FLAGS.length);
  const edns = fields.value("edns");
  return {
    server: fields.text("server", 100).trim(),
    name: fields.text("name").trim(),
    type: fields.text("type", 64).trim(),
    class: fields.text("class", 64).trim(),
    flags: QUERY_FLAGS.filter((flag) => flags.includes(flag)),
    tcp: fields.value("tcp") === true,
    ...(edns !== undefined && { edns: readEdns(edns) }),
  };
}

function readEdns(value: unknown): QueryEdns {
  const fields = new Fields(value);
  return {
    udpPayload: fields.integer("udpPayload", 0, 0xffff),
    version: fields.integer("version", 0, 255),
    dnssecOk: fields.value("dnssecOk") === true,
    nsid: fields.value("nsid") === true,
    cookie: fields.value("cookie") === true,
    subnet: fields.text("subnet", 64).trim(),
  };
}

function queryBytes({ name, type, class: className, flags, edns }: QueryRequest, world: World): Uint8Array {
  const questionClass = classCode(className.toUpperCase());
  if (questionClass === undefined) throw bad(`there is no class ${className}`);
  const [high, low] = world.random.bytes(2);
  const message = request(
    { name: readName(name === "" ? "." : name), type: readType(type), class: questionClass },
    {
      id: (high! << 8) | low!,
      recursionDesired: flags.includes("rd"),
      checkingDisabled: flags.includes("cd"),
      authenticData: flags.includes("ad"),
      ...(edns !== undefined && {
        edns: {
          udpPayload: edns.udpPayload,
          version: edns.version,
          dnssecOk: edns.dnssecOk,
          options: ednsOptions(edns, world),
        },
      }),
    },
  );
  return encodeMessage(message);
}

function ednsOptions({ nsid, cookie, subnet }: QueryEdns, world: World): EdnsOption[] {
  const options: EdnsOption[] = [];
  if (nsid) options.push(ednsOption({ option: "NSID", data: new Uint8Array(0) }));
  if (cookie) {
    const client = world.random.bytes(COOKIE_BYTES);
    options.push(ednsOption({ option: "COOKIE", client, server: new Uint8Array(0) }));
  }
  if (subnet !== "") options.push(subnetOption(subnet));
  return options;
}

function subnetOption(subnet: string): EdnsOption {
  const [address = "", prefix = ""] = subnet.split("/");
  const family = address.includes(":") ? 2 : 1;
  const sourcePrefix = /^\d+$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (!(sourcePrefix <= (family === 1 ? 32 : 128))) throw bad(`no network: ${subnet}; expected 192.0.2.0/24`);
  try {
    return ednsOption({ option: "CLIENT-SUBNET", family, address, sourcePrefix, scopePrefix: 0 });
  } catch (error) {
    if (error instanceof DnsError) throw bad(error.message);
    throw error;
  }
}

/** `192.0.2.1`, `192.0.2.1:5300`, `2001:db8::1`, `[2001:db8::1]:5300`, and `#` before the port, as dig prints it. */
export function readServer(text: string): Address {
  const match =
    /^\[([\da-f:.]+)\](?:[:#](\d{1,5}))?$/i.exec(text) ??
    /^([\d.]+)(?:[:#](\d{1,5}))?$/.exec(text) ??
    /^([\da-f:.]*:[\da-f:.]*)(?:#(\d{1,5}))?$/i.exec(text);
  const port = Number(match?.[2] ?? 53);
  if (match === null || port < 1 || port > 0xffff)
    throw bad(`no address of a server: ${text}; expected 192.0.2.1 or 192.0.2.1:53`);
  return { address: match[1]!, port };
}

/** Words for a shell: names may hold anything. */
function digCommand({ name, type, class: className, flags, tcp, edns }: QueryRequest, server: Address): string {
  const words = ["dig", `@${server.address}`];
  if (server.port !== 53) words.push("-p", String(server.port));
  words.push("-q", name === "" ? "." : name, "-t", type);
  if (className.toUpperCase() !== "IN") words.push("-c", className);
  if (tcp) words.push("+tcp");
  words.push(flags.includes("rd") ? "+rec" : "+norec");
  if (flags.includes("cd")) words.push("+cd");
  words.push(flags.includes("ad") ? "+ad" : "+noad");
  if (edns === undefined) words.push("+noedns");
  else {
    words.push(`+edns=${edns.version}`, `+bufsize=${edns.udpPayload}`, edns.cookie ? "+cookie" : "+nocookie");
    if (edns.dnssecOk) words.push("+dnssec");
    if (edns.nsid) words.push("+nsid");
    if (edns.subnet !== "") words.push(`+subnet=${edns.subnet}`);
  }
  return words
    .map((word) => (/^[\w@+=.:/-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(" ");
}
