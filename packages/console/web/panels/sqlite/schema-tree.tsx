/** The schema: tables and views, opened to their columns, indexes and triggers. Choosing a name puts it into the editor. */
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { ColumnInfo, IndexInfo, TableInfo } from "../../../src/tools/sqlite/sqlite-wire.ts";

interface TreeProps {
  readonly tables: readonly TableInfo[];
  readonly choose: (name: string) => void;
}

export function SchemaTree({ tables, choose }: TreeProps): JSX.Element {
  return (
    <ul class="sqlite-tree" aria-label="Schema">
      {tables.map((table) => (
        <TableNode key={table.name} table={table} choose={choose} />
      ))}
    </ul>
  );
}

function TableNode({ table, choose }: { table: TableInfo; choose: (name: string) => void }): JSX.Element {
  const { name, kind, withoutRowid, strict, columns, indexes, triggers, foreignKeys, failure } = table;
  const tags = [
    ...(kind === "table" ? [] : [kind]),
    ...(strict ? ["strict"] : []),
    ...(withoutRowid ? ["no rowid"] : []),
  ];
  return (
    <Branch name={name} tags={tags} choose={choose}>
      {failure !== undefined && <li class="bad">{failure}</li>}
      {columns.map((column) => (
        <Leaf key={column.name} name={column.name} choose={choose} detail={columnDetail(column, table)} />
      ))}
      {indexes.map((index) => (
        <Leaf key={`index ${index.name}`} kind="index" name={index.name} choose={choose} detail={indexDetail(index)} />
      ))}
      {foreignKeys.map(({ from, table: target, onDelete }, at) => (
        <li key={`key ${at}`} class="sqlite-leaf">
          <span class="tag">key</span> {from.join(", ")} <span class="faint">→ {target}</span>
          {onDelete !== "NO ACTION" && <span class="faint"> on delete {onDelete.toLowerCase()}</span>}
        </li>
      ))}
      {triggers.map((trigger) => (
        <Leaf key={`trigger ${trigger.name}`} kind="trigger" name={trigger.name} choose={choose} title={trigger.sql} />
      ))}
    </Branch>
  );
}

function Branch(props: {
  name: string;
  tags: readonly string[];
  choose: (name: string) => void;
  children: ComponentChildren;
}): JSX.Element {
  const { name, tags, choose, children } = props;
  const [open, setOpen] = useState(false);
  return (
    <li>
      <div class="sqlite-branch">
        <button
          type="button"
          class="twig"
          aria-expanded={open}
          aria-label={`Details of ${name}`}
          onClick={() => setOpen(!open)}
        >
          {open ? "−" : "+"}
        </button>
        <NameButton name={name} choose={choose} />
        {tags.map((tag) => (
          <span key={tag} class="tag">
            {tag}
          </span>
        ))}
      </div>
      {open && <ul>{children}</ul>}
    </li>
  );
}

function Leaf(props: {
  name: string;
  choose: (name: string) => void;
  kind?: string;
  detail?: string;
  title?: string;
}): JSX.Element {
  const { name, choose, kind, detail, title } = props;
  return (
    <li class="sqlite-leaf" title={title}>
      {kind !== undefined && <span class="tag">{kind}</span>}
      <NameButton name={name} choose={choose} />
      {detail !== undefined && <span class="faint">{detail}</span>}
    </li>
  );
}

function NameButton({ name, choose }: { name: string; choose: (name: string) => void }): JSX.Element {
  return (
    <button type="button" class="sqlite-name" title="Put into the editor" onClick={() => choose(name)}>
      {name}
    </button>
  );
}

function columnDetail({ name, type, notNull, key, generated, default: value }: ColumnInfo, table: TableInfo): string {
  const target = table.foreignKeys.find(({ from }) => from.includes(name))?.table;
  return [
    type.toLowerCase(),
    ...(key > 0 ? ["primary key"] : []),
    ...(notNull ? ["not null"] : []),
    ...(generated ? ["generated"] : []),
    ...(value === null ? [] : [`= ${value}`]),
    ...(target === undefined ? [] : [`→ ${target}`]),
  ]
    .filter((part) => part !== "")
    .join(" · ");
}

function indexDetail({ unique, partial, columns }: IndexInfo): string {
  const parts = columns.map((column) => column ?? "expression").join(", ");
  return `${unique ? "unique " : ""}(${parts})${partial ? " where …" : ""}`;
}
