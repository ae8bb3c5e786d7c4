/** `tenon config`: is the config right, and what does it say? */
import { Command, jsonOption } from "@tenon/kit/cli";
import { loadConfigOrExplain } from "./stack-options.ts";

interface Options {
  readonly config?: string;
  readonly schema?: boolean;
  readonly json?: boolean;
}

export function configCommand(): Command {
  return new Command("config")
    .summary("check the config and print it")
    .description("Checks the config and prints it; with --schema, prints the JSON schema of configs instead.")
    .option("--config <file>", "the config file, instead of the closest tenon.config.*")
    .option("--schema", "print the JSON schema, for editors")
    .addOption(jsonOption())
    .action(async ({ config: file, schema = false, json = false }: Options) => {
      if (schema) {
        const { stackJsonSchema } = await import("../config/schema.ts");
        return print(JSON.stringify(stackJsonSchema(), undefined, 2));
      }
      const loaded = await loadConfigOrExplain(file);
      if (json) return print(JSON.stringify({ file: loaded.file ?? null, config: loaded.config }));
      if (loaded.file === undefined)
        return print("No config here or in a folder above: everything there is, in memory.");
      print(`${loaded.file}\n${JSON.stringify(loaded.config, undefined, 2)}`);
    });
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
