/** `+trace` and `+nssearch`: from the root down, and from server to server of a zone. */
import { ipv4Text, ipv6Text } from "../rdata/fields/addresses.ts";
import type { Message } from "../message/message.ts";
import { Name } from "../name/name.ts";
import { CLASS, TYPE } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";
import { type Asker, NoServerError } from "./asker.ts";
import type { NamedServer } from "./dig.ts";
import type { Lookup } from "./lookup.ts";
import type { Report } from "./report.ts";

/** Referrals that are followed. */
const MAX_DEPTH = 30;

/** Asks `servers` for the root's name servers, then those, and whom they refer to, until somebody answers. Throws NoServerError. */
export async function trace(
  asker: Asker,
  report: Report,
  lookup: Lookup,
  name: Name,
  servers: readonly NamedServer[],
): Promise<void> {
  const forRoot: Lookup = { ...lookup, type: TYPE.NS, class: CLASS.IN, recurse: true };
  const roots = await asker.ask(forRoot, Name.root, servers);
  report.answer(forRoot, roots);
  let next = await serversOf(asker, forRoot, roots.message, roots.message.answers, servers);
  let zone = Name.root;
  for (let depth = 0; depth < MAX_DEPTH && next.length > 0; depth++) {
    const answered = await asker.ask({ ...lookup, recurse: false }, name, next);
    report.answer(lookup, answered);
    const referral = answered.message.authorities.filter((record) => record.type === TYPE.NS);
    const cut = referral[0]?.name;
    const isDown = cut !== undefined && cut.isBelow(zone) && name.isAtOrBelow(cut);
    if (answered.message.answers.length > 0 || answered.message.rcode !== 0 || !isDown) return;
    zone = cut;
    next = await serversOf(asker, forRoot, answered.message, referral, servers);
  }
  if (next.length > 0) return;
  report.warning(";; no servers could be reached");
  throw new NoServerError();
}

/** The SOA that each of the zone's servers has. Throws NoServerError. */
export async function searchNameServers(
  asker: Asker,
  report: Report,
  lookup: Lookup,
  name: Name,
  servers: readonly NamedServer[],
): Promise<void> {
  const forServers: Lookup = { ...lookup, type: TYPE.NS };
  const listed = await asker.ask(forServers, name, servers);
  const nameServers = [...listed.message.answers, ...listed.message.authorities].filter(({ type }) => type === TYPE.NS);
  let heard = 0;
  for (const server of await serversOf(asker, forServers, listed.message, nameServers, servers)) {
    try {
      const forSoa: Lookup = { ...lookup, type: TYPE.SOA, recurse: false };
      const answered = await asker.ask(forSoa, name, [server]);
      const soas = answered.message.answers.filter(({ type }) => type === TYPE.SOA);
      report.nameServer(forSoa, { ...answered, message: { ...answered.message, answers: soas } });
      heard += 1;
    } catch (error) {
      if (!(error instanceof NoServerError)) throw error;
    }
  }
  if (heard === 0) throw new NoServerError();
}

/** Addresses of name servers: from the message's additional section, else asked of `resolvers`. */
async function serversOf(
  asker: Asker,
  lookup: Lookup,
  message: Message,
  nameServers: readonly ResourceRecord[],
  resolvers: readonly NamedServer[],
): Promise<NamedServer[]> {
  const { family, port } = asker.globals;
  const types = family === 4 ? [TYPE.A] : family === 6 ? [TYPE.AAAA] : [TYPE.A, TYPE.AAAA];
  const found: NamedServer[] = [];
  for (const record of nameServers) {
    const host = Name.fromWire(record.rdata);
    for (const type of types) {
      const matches = ({ name, type: kind }: ResourceRecord): boolean => kind === type && name.equals(host);
      let addresses = message.additionals.filter(matches);
      if (addresses.length === 0) {
        const quiet: Lookup = { ...lookup, type, recurse: true, showQuery: false, comments: false };
        addresses = (await asker.ask(quiet, host, resolvers)).message.answers.filter((answer) => answer.type === type);
      }
      for (const { rdata } of addresses) {
        const address = (type === TYPE.A ? ipv4Text : ipv6Text)(rdata);
        found.push({ address, port, name: host.toString().replace(/(?<=.)\.$/, "") });
      }
    }
  }
  return found;
}
