/** What a program is made of. */

export type Step =
  /** Commands of one client, in one write. `clientId(n)` in a word stands for the number that the server gave the client. */
  | { readonly kind: "commands"; readonly client: number; readonly commands: readonly (readonly string[])[] }
  /** Longer than SHORT_MS: what was to expire has expired. */
  | { readonly kind: "wait" }
  /** DUMP on each side, and RESTORE of it on the other. */
  | { readonly kind: "exchange"; readonly client: number; readonly key: string; readonly as: string };

/** A time to live that `wait` outlasts; long enough for the original not to find it over at once. */
export const SHORT_MS = "5";

/** Client 0 rules: it is never in a transaction, and never waits. */
export const RULER = 0;
/** Hears every keyspace event. */
export const LISTENER = 5;
export const CLIENTS = 6;
/** The protocol that each client begins with. */
export const PROTOCOLS: readonly ("2" | "3")[] = ["2", "2", "3", "2", "3", "3"];

const CLIENT_ID = /\{client (\d)\}/g;

export function clientId(number: number): string {
  return `{client ${number}}`;
}

/** `words` for a server that gave these numbers. */
export function withClientIds(words: readonly string[], ids: readonly string[]): readonly string[] {
  if (!words.some((word) => word.includes("{client "))) return words;
  return words.map((word) => word.replaceAll(CLIENT_ID, (_, number: string) => ids[Number(number)]!));
}

export function command(client: number, ...words: readonly string[]): Step {
  return { kind: "commands", client, commands: [words] };
}

/** As a person would type it. */
export function stepText(step: Step): string {
  const word = (text: string): string =>
    text.length > 400
      ? `<${JSON.stringify(text.slice(0, 20))} and so on, ${text.length} bytes>`
      : /^[\w.*:()[\]+-]+$/.test(text)
        ? text
        : JSON.stringify(text);
  switch (step.kind) {
    case "commands":
      return `${step.client}> ${step.commands.map((words) => words.map(word).join(" ")).join(" ; ")}`;
    case "wait":
      return "(wait a few milliseconds)";
    case "exchange":
      return `${step.client}> (exchange the DUMPs of ${word(step.key)}, RESTORE them as ${word(step.as)})`;
  }
}
