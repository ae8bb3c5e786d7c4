/** `tenon dns` as a commander program: its verbs and their options. */
import { Command, Option, port } from "@tenon/kit/cli";
import type { ServeOptions } from "./serve.ts";
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
    .addCommand(zone);
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
