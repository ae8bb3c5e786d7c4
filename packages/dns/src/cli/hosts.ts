/** Servers as command lines name them: addresses, or names that the machine's own name servers know. */
import type { Address } from "@tenon/kit";
import { realDisk } from "@tenon/kit";
import { CliError } from "@tenon/kit/cli";
import { Name } from "../name/name.ts";
import { ipv4Bytes, ipv4Text, ipv6Bytes, ipv6Text } from "../rdata/fields/addresses.ts";
import { CLASS, TYPE } from "../rdata/types.ts";
import { ask, type Exchanger, request } from "../transfer/exchange.ts";

export const DNS_PORT = 53;

export function isAddress(text: string): boolean {
  return ipv4Bytes(text) !== undefined || ipv6Bytes(text.split("%")[0]!) !== undefined;
}

/** The first name server of /etc/resolv.conf; loopback where that says none. */
export function systemNameServer(port: number = DNS_PORT): Address {
  let text = "";
  try {
    text = Buffer.from(realDisk("/etc").readFile("resolv.conf")).toString("utf8");
  } catch {
    // A machine need not have one.
  }
  return { address: /^\s*nameserver\s+(\S+)/m.exec(text)?.[1] ?? "127.0.0.1", port };
}

/** The address of a server that is named. Rejects with CliError. */
export async function serverAddress(exchanger: Exchanger, host: string, port: number): Promise<Address> {
  if (isAddress(host)) return { address: host, port };
  if (/^localhost\.?$/i.test(host)) return { address: "127.0.0.1", port };
  for (const type of [TYPE.A, TYPE.AAAA]) {
    const query = request({ name: Name.parse(host), type, class: CLASS.IN }, { recursionDesired: true });
    try {
      const { message } = await ask(exchanger, { address: systemNameServer() }, query);
      const found = message.answers.find((record) => record.type === type);
      if (found !== undefined) return { address: (type === TYPE.A ? ipv4Text : ipv6Text)(found.rdata), port };
    } catch (error) {
      throw new CliError(
        `couldn't get address for '${host}': ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  throw new CliError(`couldn't get address for '${host}': not found`);
}
