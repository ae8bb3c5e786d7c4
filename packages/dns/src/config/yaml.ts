/** YAML 1.2 → a value, and where in the file each part of it stands. JSON is YAML. */
import { isMap, isNode, isScalar, LineCounter, type Pair, parseDocument } from "yaml";
import { type ConfigPath, DnsConfigError } from "./errors.ts";

export interface YamlFile {
  readonly value: unknown;
  /** `file:line:column` of a path, or of the closest thing around it that there is. */
  placeOf(path: ConfigPath): string;
}

/** Throws DnsConfigError for what is no YAML, and for a key that stands twice. */
export function readYaml(text: string, file: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    version: "1.2",
    customTags: (tags) => tags.filter((tag) => typeof tag === "string" || !isMisleading(tag)),
  });
  const placeAt = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const { errors } = document;
  if (errors.length > 0) {
    throw new DnsConfigError(
      errors.map(({ message }) => ({ path: [], text: message })),
      () => placeAt(errors[0]!.pos[0]),
    );
  }
  return {
    value: document.toJS({ maxAliasCount: 100 }),
    placeOf: (path) => placeAt(offsetOf(document.contents, path)),
  };
}

/** No setting is such a number, but a version (9.10) and an NSID (0x6162) look like one and have to stay as they are written. */
function isMisleading({ tag, format }: { readonly tag: string; readonly format?: string }): boolean {
  return tag === "tag:yaml.org,2002:float" || format === "HEX" || format === "OCT";
}

/** Of a setting, where its key stands. */
function offsetOf(root: unknown, path: ConfigPath): number {
  let node: unknown = root;
  let offset = 0;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item: Pair) => isScalar(item.key) && String(item.key.value) === String(key));
      if (pair === undefined) return offset;
      offset = isNode(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      node = pair.value;
    } else if (typeof node === "object" && node !== null && "items" in node && typeof key === "number") {
      node = (node.items as unknown[])[key];
      offset = isNode(node) ? (node.range?.[0] ?? offset) : offset;
    } else return offset;
  }
  return offset;
}
