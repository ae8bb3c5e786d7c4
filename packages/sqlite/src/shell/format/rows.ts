/** The modes that write a row as soon as it is there. */
import { INTEGER, NULL, REAL, TEXT } from "../../values/value.ts";
import { byteLength } from "../bytes.ts";
import type { Output } from "../output.ts";
import { cString, csvField, htmlText, jsonBytes, jsonText } from "./escapes.ts";
import { explainWriter } from "./explain.ts";
import { planWriter } from "./plan.ts";
import type { Mode, Style } from "./settings.ts";
import {
  columnBytes,
  columnText,
  quotedColumn,
  quotedLine,
  quotedName,
  quotedText,
  realLiteral,
  type Row,
} from "./values.ts";

export interface RowWriter {
  /** Before the first row, when there is one. */
  begin?(): void;
  row(row: Row): void;
  /** Behind the last row, or where the statement failed. */
  end?(): void;
}

type MakeWriter = (names: readonly string[], style: Style, out: Output) => RowWriter;

export const ROW_WRITERS: Readonly<Record<Exclude<Mode, "column" | "markdown" | "table" | "box">, MakeWriter>> = {
  list: separated((text, { nullValue }) => text ?? nullValue),
  ascii: separated((text, { nullValue }) => text ?? nullValue),
  csv: separated((text, style) => (text === undefined ? style.nullValue : csvField(text, style.columnSeparator))),
  tcl: separated((text, { nullValue }) => cString(text ?? nullValue)),
  quote: quoteWriter,
  line: lineWriter,
  html: htmlWriter,
  insert: insertWriter,
  json: jsonWriter,
  explain: explainWriter,
  plan: planWriter,
};

/** Values between separators, each written by `field`. */
function separated(field: (text: string | undefined, style: Style) => string): MakeWriter {
  return (names, style, out) => {
    const { columnSeparator, rowSeparator } = style;
    const count = names.length;
    return {
      begin() {
        if (style.showHeader) out.write(names.map((name) => field(name, style)).join(columnSeparator) + rowSeparator);
      },
      row(row) {
        let line = field(columnText(row, 0), style);
        for (let at = 1; at < count; at++) line += columnSeparator + field(columnText(row, at), style);
        out.write(line + rowSeparator);
      },
    };
  };
}

function quoteWriter(names: readonly string[], style: Style, out: Output): RowWriter {
  const { columnSeparator, rowSeparator } = style;
  return {
    begin() {
      if (style.showHeader) out.write(names.map(quotedText).join(columnSeparator) + rowSeparator);
    },
    row(row) {
      out.write(names.map((_, at) => quotedColumn(row, at)).join(columnSeparator) + rowSeparator);
    },
  };
}

function lineWriter(names: readonly string[], style: Style, out: Output): RowWriter {
  const lengths = names.map((name) => byteLength(name));
  const width = Math.max(5, ...lengths);
  const labels = names.map((name, at) => `${" ".repeat(width - lengths[at]!)}${name} = `);
  let isFirst = true;
  return {
    row(row) {
      if (!isFirst) out.write(style.rowSeparator);
      isFirst = false;
      for (const [at, label] of labels.entries())
        out.write(label + (columnText(row, at) ?? style.nullValue) + style.rowSeparator);
    },
  };
}

function htmlWriter(names: readonly string[], style: Style, out: Output): RowWriter {
  const rowOf = (tag: string, texts: readonly string[]): string =>
    `<TR>${texts.map((text) => `<${tag}>${text}</${tag}>\n`).join("")}</TR>\n`;
  return {
    begin() {
      if (style.showHeader) out.write(rowOf("TH", names.map(htmlText)));
    },
    row(row) {
      out.write(
        rowOf(
          "TD",
          names.map((_, at) => htmlText(columnText(row, at) ?? style.nullValue)),
        ),
      );
    },
  };
}

function insertWriter(names: readonly string[], style: Style, out: Output): RowWriter {
  const columns = style.showHeader ? `(${names.map(quotedName).join(",")})` : "";
  const start = `INSERT INTO ${style.table}${columns} VALUES(`;
  const literal = (row: Row, at: number): string => {
    switch (row.cells.tags[at]) {
      case TEXT:
        return style.keepNewlines ? quotedText(columnText(row, at)!) : quotedLine(columnText(row, at)!);
      case REAL:
        return realLiteral(row.cells.payloads[at] as number);
      default:
        return quotedColumn(row, at);
    }
  };
  return {
    row(row) {
      out.write(`${start}${names.map((_, at) => literal(row, at)).join(",")});\n`);
    },
  };
}

function jsonWriter(names: readonly string[], _style: Style, out: Output): RowWriter {
  const labels = names.map((name) => `${jsonText(name)}:`);
  const value = (row: Row, at: number): string => {
    switch (row.cells.tags[at]) {
      case NULL:
        return "null";
      case INTEGER:
        return columnText(row, at)!;
      case REAL:
        return realLiteral(row.cells.payloads[at] as number);
      case TEXT:
        return jsonText(columnText(row, at)!);
      default:
        return jsonBytes(columnBytes(row, at));
    }
  };
  let isFirst = true;
  return {
    row(row) {
      out.write(`${isFirst ? "[" : ",\n"}{${labels.map((label, at) => label + value(row, at)).join(",")}}`);
      isFirst = false;
    },
    end() {
      out.write("]\n");
    },
  };
}
