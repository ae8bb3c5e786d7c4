/** The SQLite page: a database of the config's, or a file that is dropped here and stays in this browser. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { DatabaseList } from "../../../src/tools/sqlite/sqlite-wire.ts";
import { post } from "../../live/api.ts";
import { Empty } from "../../ui/empty.tsx";
import { type DatabaseSource, FileSource, StackSource } from "./source.ts";
import "./sqlite-panel.css";
import { Workbench } from "./workbench.tsx";

export function SqlitePanel(): JSX.Element {
  const [named, setNamed] = useState<DatabaseList["databases"]>();
  const [trouble, setTrouble] = useState<string>();
  const [source, setSource] = useState<DatabaseSource>();
  const [isAbove, setAbove] = useState(false);
  useEffect(() => {
    post<DatabaseList>("sqlite").then(
      ({ databases }) => {
        setNamed(databases);
        const [first] = databases;
        if (first !== undefined) setSource((before) => before ?? new StackSource(first.name, first.path));
      },
      (error: unknown) => setTrouble(error instanceof Error ? error.message : String(error)),
    );
  }, []);
  const openFile = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    try {
      setSource(new FileSource(file.name, new Uint8Array(await file.arrayBuffer())));
      setTrouble(undefined);
    } catch {
      setTrouble(`${file.name} cannot be read.`);
    }
  };
  const isFile = source instanceof FileSource;

  return (
    <div
      class={`sqlite-page fill ${isAbove ? "drop" : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        setAbove(true);
      }}
      onDragLeave={() => setAbove(false)}
      onDrop={(event) => {
        event.preventDefault();
        setAbove(false);
        void openFile(event.dataTransfer?.files[0]);
      }}
    >
      <div class="page-head">
        <h1>SQLite</h1>
        {source !== undefined && <code class="meta truncate">{source.place}</code>}
        <span class="sqlite-open">
          {((named?.length ?? 0) > 0 || isFile) && (
            <select
              class="input"
              aria-label="Database"
              value={isFile ? "" : (source?.name ?? "")}
              onChange={(event) => {
                const chosen = named?.find(({ name }) => name === event.currentTarget.value);
                if (chosen !== undefined) setSource(new StackSource(chosen.name, chosen.path));
              }}
            >
              {isFile && <option value="">{source.name}</option>}
              {named?.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          )}
          <label class="button sqlite-file">
            Open a file
            <input
              type="file"
              onChange={(event) => {
                void openFile(event.currentTarget.files?.[0]);
                event.currentTarget.value = "";
              }}
            />
          </label>
        </span>
      </div>
      {trouble !== undefined && (
        <div class="banner bad" role="alert">
          {trouble}
        </div>
      )}
      {source !== undefined ? (
        <Workbench key={source} source={source} />
      ) : (
        <div class="card fill" aria-busy={named === undefined && trouble === undefined}>
          {named !== undefined && (
            <Empty title="Drop a database file here">
              It stays in this browser. Databases of the stack are named by the config:{" "}
              <code>{'sqlite: { databases: { app: "app.db" } }'}</code>
            </Empty>
          )}
        </div>
      )}
    </div>
  );
}
