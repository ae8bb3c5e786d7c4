import type { LogRecord } from "@tenon/kit";
import type { JSX } from "preact";
import { clockTime } from "../format.ts";

/** One log record in one line: time, level, service, message, fields. The cells of a `.log-row`. */
export function LogLine({ record }: { record: LogRecord }): JSX.Element {
  return (
    <>
      <span class="mono faint">{clockTime(record.timeMs)}</span>
      <span class={`level-${record.level}`}>{record.level}</span>
      <span class="muted truncate">{record.service}</span>
      <span class="message truncate">
        {record.message}
        {Object.entries(record.fields).map(([name, value]) => (
          <span key={name} class="mono muted">
            {" "}
            <span class="field-name">{name}=</span>
            {shortFieldText(value)}
          </span>
        ))}
      </span>
    </>
  );
}

/** A field's value in one line. Of an error, its message: the stack is for the details. */
export function shortFieldText(value: unknown): string {
  if (typeof value === "string") return value;
  if (isErrorField(value)) return value.message;
  return JSON.stringify(value) ?? "undefined";
}

/** A field's value in full. */
export function fieldText(value: unknown): string {
  if (typeof value === "string") return value;
  if (isErrorField(value)) return value.stack ?? value.message;
  return JSON.stringify(value, null, 2) ?? "undefined";
}

/** kit's log turns an Error into `{ name, message, stack }`. */
function isErrorField(value: unknown): value is { message: string; stack?: string } {
  return typeof value === "object" && value !== null && "message" in value && typeof value.message === "string";
}
