/** An open database as the page knows it: its schema, what runs, what the last script answered. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Failed, RunAnswer, SchemaAnswer } from "../../../src/tools/sqlite/sqlite-wire.ts";
import type { Explained } from "./explained.tsx";
import type { DatabaseSource } from "./source.ts";

/** How long typing has to rest before a text is explained, in milliseconds. */
const EXPLAIN_DELAY_MS = 250;

export interface Ran {
  /** The script, and where it stood in the editor. */
  readonly sql: string;
  readonly at: number;
  /** The editor's whole text then. */
  readonly text: string;
  readonly answer: RunAnswer | Failed;
}

export interface OpenedDatabase {
  /** Undefined while it is asked for. */
  readonly schema: SchemaAnswer | Failed | undefined;
  readonly running: boolean;
  readonly ran: Ran | undefined;
  run(script: Pick<Ran, "sql" | "at" | "text">): void;
}

export function useDatabase(source: DatabaseSource): OpenedDatabase {
  const [schema, setSchema] = useState<SchemaAnswer | Failed>();
  const [running, setRunning] = useState(false);
  const [ran, setRan] = useState<Ran>();
  const isShown = useRef(true);
  const read = async (): Promise<void> => {
    const answer = await source.ask({ ask: "schema" });
    if (isShown.current) setSchema(answer);
  };
  useEffect(() => {
    void read();
    return () => {
      isShown.current = false;
      source.close();
    };
  }, [source]);
  const run = async (script: Pick<Ran, "sql" | "at" | "text">): Promise<void> => {
    setRunning(true);
    const answer = await source.ask({ ask: "run", sql: script.sql });
    if (!isShown.current) return;
    setRunning(false);
    setRan({ ...script, answer });
    await read();
  };
  return { schema, running, ran, run: (script) => void run(script) };
}

/** What `sql` would do, asked when typing rests, and again when the schema has been read anew. */
export function useExplained(
  source: DatabaseSource,
  sql: string,
  wanted: boolean,
  schema: SchemaAnswer | Failed | undefined,
): Explained | undefined {
  const [explained, setExplained] = useState<Explained>();
  useEffect(() => {
    if (!wanted) return undefined;
    let isNewest = true;
    const timer = setTimeout(() => {
      void source.ask({ ask: "explain", sql }).then((answer) => isNewest && setExplained({ sql, answer }));
    }, EXPLAIN_DELAY_MS);
    return () => {
      isNewest = false;
      clearTimeout(timer);
    };
  }, [source, sql, wanted, schema]);
  return explained?.sql === sql ? explained : undefined;
}
