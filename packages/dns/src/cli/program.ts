/** `tenon dns` as a commander program: its verbs and their options. */
import { Command, integer, Option, port } from "@tenon/kit/cli";
import type { AxfrOptions } from "./axfr.ts";
import type { ServeOptions } from "./serve.ts";
import type { UpdateOptions } from "./update.ts";
import { checkCommand, diffCommand, formatCommand } from "./zone.ts";

export function dnsProgram(): Command {
  const zone = new Command("zone").description("check, print and compare zones in master files");
  zone
    .command("check")
    .description("read a zone and say what is wrong with it, as FILE:LINE: text")
    .argument("<file>", "master file")
    .requiredOption("--origin <name>", "the zone's name")
    .action((file: string, options: { origin: string }) => checkCommand(file, options));
  zone
    .command("format")
    .description("print a zone, one record a line, in the order of the file")
    .argument("<file>", "master file")
    .requiredOption("--origin <name>", "the zone's name")
    .option("--unknown", "write every record as TYPEn \\# length hex (RFC 3597)")
    .option("--keep-going", "print the rest of a file that has errors")
    .action((file: string, options: { origin: string; unknown?: true; keepGoing?: true }) =>
      formatCommand(file, options),
    );
  zone
    .command("diff")
    .description("print what a zone has lost (-) and gained (+); ends with 1 when there is anything")
    .argument("<old>", "master file")
    .argument("<new>", "master file")
    .requiredOption("--origin <name>", "the zone's name")
    .action((before: string, after: string, options: { origin: string }) => diffCommand(before, after, options));
  return new Command("tenon dns")
    .description("DNS: zones, records, messages")
    .addCommand(serveProgram())
    .addCommand(queryProgram())
    .addCommand(updateProgram())
    .addCommand(axfrProgram())
    .addCommand(zone);
}

/** nsupdate's options. */
function updateProgram(): Command {
  return new Command("update")
    .description("change zones of a running server (RFC 2136), in nsupdate's language; -y and -k give the key")
    .argument("[file]", "commands; standard input without it")
    .option("-d, --debug", "show what is sent and what comes")
    .option("-i, --interactive", "prompt, and go on after an error")
    .option("-l, --local", "update the server on this machine")
    .option("-k <keyfile>", "file of a TSIG key, as tsig-keygen writes it")
    .option("-y <key>", "TSIG key: [algorithm:]name:secret")
    .option("-p, --port <port>", "port of the server", port, 53)
    .option("-r, --retries <count>", "datagrams after the first", integer(0, 100), 3)
    .option("-t, --timeout <seconds>", "time for an update over TCP", integer(0, 86_400), 300)
    .option("-u, --udp-timeout <seconds>", "wait for the answer to a datagram", integer(0, 86_400), 3)
    .option("-v, --tcp", "use TCP")
    .action(async (file: string | undefined, options: UpdateOptions) => {
      const { updateCommand } = await import("./update.ts");
      await updateCommand(file, options);
    });
}

/** dig's arguments are dig's to read: with `-h`, words whose places do not matter, and options that begin with a plus. */
function queryProgram(): Command {
  return new Command("query")
    .description("ask name servers, with dig's arguments and dig's output (-h lists them)")
    .usage("[@server] [name] [type] [class] [+option…]")
    .argument("[words...]")
    .helpOption(false)
    .allowUnknownOption()
    .action(async (words: string[]) => {
      const { queryCommand } = await import("./query.ts");
      await queryCommand(words);
    });
}

function axfrProgram(): Command {
  return new Command("axfr")
    .description("fetch a zone, or what has changed in it, and print it")
    .argument("<words...>", "the zone's name, and @server")
    .option("-p, --port <port>", "port of the server", port, 53)
    .option("-k <keyfile>", "file of a TSIG key, as tsig-keygen writes it")
    .option("-y <key>", "TSIG key: [algorithm:]name:secret")
    .option("--ixfr <serial>", "print the changes since this serial (IXFR)", integer(0, 0xffff_ffff))
    .option("--timeout <seconds>", "the longest silence", integer(1, 86_400), 30)
    .action(async (words: string[], options: AxfrOptions) => {
      const { axfrCommand } = await import("./axfr.ts");
      await axfrCommand(words, options);
    });
}

function serveProgram(): Command {
  return new Command("serve")
    .description("serve zones over UDP and TCP")
    .option("-c, --config <file>", "settings in YAML, in Knot's vocabulary")
    .option("--host <address>", "where to listen; 127.0.0.1 unless the settings say otherwise")
    .option("-p, --port <port>", "port of UDP and TCP; 5300 unless the settings say otherwise", port)
    .addOption(
      new Option("--zone <name=file>", "serve a master file as this zone; may be repeated")
        .argParser((text: string, all: string[]) => [...all, text])
        .default([] as string[], "none"),
    )
    .option("--resolver <ip:port>", "forward questions about other zones there")
    .option("--resolve", "resolve other names from the roots")
    .action(async (options: ServeOptions) => {
      const { serveCommand } = await import("./serve.ts");
      await serveCommand(options);
    });
}
