/** A message's tree as the rows of a list, and which of them a byte belongs to. */
import type { MessageField } from "@tenon/dns";

export interface PacketRow {
  /** Places of the children on the way from the root; names the field. */
  readonly path: string;
  readonly depth: number;
  readonly field: MessageField;
}

/** Everything of a message but the message itself; what is below a path of `closed` is left out. */
export function visibleRows(root: MessageField, closed: ReadonlySet<string>): PacketRow[] {
  const rows: PacketRow[] = [];
  const visit = (fields: readonly MessageField[], path: string, depth: number): void => {
    for (const [index, field] of fields.entries()) {
      const own = `${path}.${index}`;
      rows.push({ path: own, depth, field });
      if (!closed.has(own)) visit(field.children, own, depth + 1);
    }
  };
  visit(root.children, "", 0);
  return rows;
}

/** What is closed at first: flags and labels, which say again what stands above them; never what is wrong. */
export function closedAtFirst(root: MessageField): Set<string> {
  const closed = new Set<string>();
  const visit = (fields: readonly MessageField[], path: string): void => {
    for (const [index, field] of fields.entries()) {
      const own = `${path}.${index}`;
      const isDetail = field.children.length > 0 && field.children.every(({ children }) => children.length === 0);
      if (isDetail && path !== "" && !hasProblem(field) && field.value !== "") closed.add(own);
      visit(field.children, own);
    }
  };
  visit(root.children, "");
  return closed;
}

export function hasProblem(field: MessageField): boolean {
  return field.problem !== undefined || field.children.some(hasProblem);
}

/** The path of the innermost field that holds the byte at `at`, of those that share it the first; undefined when none does. */
export function pathOfByte(root: MessageField, at: number): string | undefined {
  let path: string | undefined;
  for (let { children } = root; ;) {
    const index = children.findIndex(({ start, end }) => start <= at && at < end);
    if (index < 0) return path;
    path = `${path ?? ""}.${index}`;
    children = children[index]!.children;
  }
}

export function fieldAt(root: MessageField, path: string): MessageField | undefined {
  let field: MessageField | undefined = root;
  for (const index of path.split(".").slice(1)) field = field?.children[Number(index)];
  return field;
}

/** `closed` without the fields that `path` lies in. */
export function openedTo(closed: ReadonlySet<string>, path: string): ReadonlySet<string> {
  const outer = ancestors(path);
  return outer.some((each) => closed.has(each)) ? new Set([...closed].filter((each) => !outer.includes(each))) : closed;
}

/** The row that stands for `path`: itself, or the outermost closed field that it lies in. */
export function shownPath(closed: ReadonlySet<string>, path: string): string {
  return ancestors(path).find((each) => closed.has(each)) ?? path;
}

/** The outermost first. */
function ancestors(path: string): string[] {
  const places = path.split(".").slice(1, -1);
  return places.map((_, index) => `.${places.slice(0, index + 1).join(".")}`);
}
