/** CLIENT LIST's lines. */

export interface ClientFacts {
  readonly id: string;
  readonly address: string;
  readonly name: string;
  readonly user: string;
  readonly db: string;
  readonly command: string;
  readonly ageMs: number;
  readonly idleMs: number;
  /** 0 where the server does not tell. */
  readonly memoryBytes: number;
  /** What it is, of its flags: `subscriber`, `blocked`, …; most are nothing in particular. */
  readonly role: string;
  /** All fields as the server has them. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

const ROLES: readonly (readonly [flag: string, role: string])[] = [
  ["M", "master"],
  ["S", "replica"],
  ["O", "monitor"],
  ["P", "subscriber"],
  ["b", "blocked"],
  ["x", "in MULTI"],
];

/** A line is `name=value` with single spaces between; values have no spaces, and may be empty. */
export function parseClientList(text: string): ClientFacts[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const fields = line
        .trim()
        .split(" ")
        .map((field): readonly [string, string] => {
          const at = field.indexOf("=");
          return [field.slice(0, at), field.slice(at + 1)];
        });
      const of = new Map(fields);
      const flags = of.get("flags") ?? "";
      return {
        id: of.get("id") ?? "",
        address: of.get("addr") ?? "",
        name: of.get("name") ?? "",
        user: of.get("user") ?? "",
        db: of.get("db") ?? "",
        command: (of.get("cmd") ?? "").replace("|", " "),
        ageMs: Number(of.get("age") ?? 0) * 1000,
        idleMs: Number(of.get("idle") ?? 0) * 1000,
        memoryBytes: Number(of.get("tot-mem") ?? 0),
        role: ROLES.find(([flag]) => flags.includes(flag))?.[1] ?? "",
        fields,
      };
    });
}
