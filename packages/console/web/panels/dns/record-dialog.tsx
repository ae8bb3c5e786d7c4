/** A record to be added, or to stand in the place of another. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { WireRecord } from "../../../src/panels/dns/wire.ts";
import { Ask } from "../../ui/ask.tsx";
import { TypeInput } from "./types.tsx";

const DEFAULT_TTL = 3600;

/** What the data of a type looks like. */
const EXAMPLES: Readonly<Record<string, string>> = {
  A: "192.0.2.1",
  AAAA: "2001:db8::1",
  CAA: '0 issue "ca.example"',
  CNAME: "www",
  HTTPS: "1 . alpn=h2,h3",
  MX: "10 mail",
  NS: "ns1",
  PTR: "host.example.com.",
  SRV: "0 5 5060 sip",
  TXT: '"some words"',
};

export function RecordDialog(props: {
  zone: string;
  /** What is to be replaced. */
  record?: WireRecord;
  onSubmit: (record: WireRecord) => Promise<void>;
  onClose: () => void;
}): JSX.Element {
  const { zone, record, onSubmit, onClose } = props;
  const [type, setType] = useState(record?.type ?? "A");
  const submit = (form: FormData): Promise<void> =>
    onSubmit({
      name: String(form.get("name")).trim(),
      ttl: Number(form.get("ttl")),
      class: "IN",
      type: type.trim().toUpperCase(),
      data: String(form.get("data")),
    });
  return (
    <Ask
      title={record === undefined ? "Add a record" : "Edit the record"}
      action={record === undefined ? "Add" : "Save"}
      onSubmit={submit}
      onClose={onClose}
    >
      <label>
        Name, relative to {zone}; @ is the zone itself
        <input class="input mono" name="name" required autocomplete="off" defaultValue={record?.name ?? ""} />
      </label>
      <div class="record-fields">
        <label>
          Type
          {record === undefined ? (
            <TypeInput label="Type of the record" value={type} onInput={setType} />
          ) : (
            <input class="input mono" aria-label="Type of the record" value={type} disabled />
          )}
        </label>
        <label>
          TTL in seconds
          <input
            class="input"
            name="ttl"
            inputMode="numeric"
            pattern="\d+"
            required
            defaultValue={String(record?.ttl ?? DEFAULT_TTL)}
          />
        </label>
      </div>
      <label>
        Data
        <textarea
          class="input mono"
          name="data"
          rows={3}
          spellcheck={false}
          placeholder={EXAMPLES[type.trim().toUpperCase()] ?? ""}
          defaultValue={record?.data ?? ""}
        />
      </label>
    </Ask>
  );
}
