/** A question to any server, and both messages taken apart: fields beside bytes, and dig's text. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import {
  QUERY_FLAGS,
  type QueryAnswer,
  type QueryEdns,
  type QueryRequest,
  type WirePacket,
} from "../../../src/panels/dns/wire.ts";
import { plural, seconds } from "../../format.ts";
import { Ask } from "../../ui/ask.tsx";
import { Check } from "../../ui/check.tsx";
import { Empty } from "../../ui/empty.tsx";
import { CopyButton } from "../../ui/icon-button.tsx";
import { Segments } from "../../ui/segments.tsx";
import { DnsApi } from "./dns-api.ts";
import { base64Of, bytesOfHex } from "./packet-bytes.ts";
import { PacketView } from "./packet-view.tsx";
import { TypeInput, TypeNames } from "./types.tsx";

const EDNS: QueryEdns = { udpPayload: 1232, version: 0, dnssecOk: false, nsid: false, cookie: false, subnet: "" };

const FIRST: QueryRequest = {
  server: "",
  name: "",
  type: "A",
  class: "IN",
  flags: ["rd"],
  tcp: false,
  edns: EDNS,
};

const VIEWS = [
  ["reply", "Answer"],
  ["query", "Query"],
  ["text", "dig"],
] as const;
type View = (typeof VIEWS)[number][0];

type Shown =
  | { readonly what: "answer"; readonly answer: QueryAnswer }
  | { readonly what: "pasted"; readonly packet: WirePacket };

export function QueryTool({ service }: { service: string }): JSX.Element {
  const api = useMemo(() => new DnsApi(service), [service]);
  const [request, setRequest] = useState(FIRST);
  const [shown, setShown] = useState<Shown>();
  const [failure, setFailure] = useState<string>();
  const [isAsking, setAsking] = useState(false);
  const [view, setView] = useState<View>("reply");
  const isPasting = useSignal(false);
  const current = useRef<AbortController>(undefined);
  const change = (part: Partial<QueryRequest>): void => setRequest({ ...request, ...part });

  const ask = async (): Promise<void> => {
    current.current?.abort();
    const controller = new AbortController();
    current.current = controller;
    setAsking(true);
    setFailure(undefined);
    try {
      const answer = await api.query(request, controller.signal);
      if (controller.signal.aborted) return;
      setShown({ what: "answer", answer });
      if (answer.reply === undefined) setView("query");
      else if (view === "query") setView("reply");
    } catch (error) {
      if (controller.signal.aborted) return;
      setShown(undefined);
      setFailure(error instanceof Error ? error.message : String(error));
    } finally {
      if (current.current === controller) setAsking(false);
    }
  };
  return (
    <section class="card surface fill query-tool" aria-label="Query">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void ask();
        }}
      >
        <div class="toolbar">
          <input
            class="input mono grow"
            aria-label="Name"
            placeholder="Name: www.example.com"
            autocomplete="off"
            spellcheck={false}
            value={request.name}
            onInput={(event) => change({ name: event.currentTarget.value })}
          />
          <TypeInput value={request.type} onInput={(type) => change({ type })} />
          <TypeNames more={["ANY"]} />
          <select
            class="input"
            aria-label="Class"
            value={request.class}
            onChange={(event) => change({ class: event.currentTarget.value })}
          >
            {["IN", "CH", "ANY"].map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
          <input
            class="input mono query-server"
            aria-label="Server"
            placeholder={`Server: ${service}`}
            autocomplete="off"
            spellcheck={false}
            value={request.server}
            onInput={(event) => change({ server: event.currentTarget.value })}
          />
          <button type="submit" class="button primary" disabled={isAsking}>
            Ask
          </button>
          <button type="button" class="button" onClick={() => (isPasting.value = true)}>
            Decode bytes
          </button>
        </div>
        <QueryOptions request={request} set={setRequest} />
      </form>
      <Outcome shown={shown} failure={failure} isAsking={isAsking} view={view} setView={setView} />
      {isPasting.value && (
        <Ask
          title="Take a message apart"
          action="Decode"
          onClose={() => (isPasting.value = false)}
          onSubmit={async (form) => {
            const bytes = bytesOfHex(String(form.get("hex")));
            if (bytes === undefined) throw new Error("These are no bytes in hexadecimal.");
            setShown({ what: "pasted", packet: await api.describe(base64Of(bytes)) });
            setFailure(undefined);
            setView("reply");
          }}
        >
          <label>
            Bytes in hexadecimal, or as a hex dump
            <textarea class="input mono" name="hex" rows={8} spellcheck={false} required />
          </label>
        </Ask>
      )}
    </section>
  );
}

function QueryOptions(props: { request: QueryRequest; set: (request: QueryRequest) => void }): JSX.Element {
  const { request, set } = props;
  const { flags, edns } = request;
  const change = (part: Partial<QueryRequest>): void => set({ ...request, ...part });
  const changeEdns = (part: Partial<QueryEdns>): void => change({ edns: { ...(edns ?? EDNS), ...part } });
  return (
    <div class="toolbar query-options">
      {QUERY_FLAGS.map((flag) => (
        <Check
          key={flag}
          label={flag}
          title={FLAG_TITLES[flag]}
          on={flags.includes(flag)}
          onChange={(on) => change({ flags: on ? [...flags, flag] : flags.filter((other) => other !== flag) })}
        />
      ))}
      <Check label="TCP" on={request.tcp} onChange={(tcp) => change({ tcp })} />
      <Check
        label="EDNS"
        on={edns !== undefined}
        onChange={(on) => {
          const { edns: _without, ...rest } = request;
          set(on ? { ...rest, edns: EDNS } : rest);
        }}
      />
      {edns !== undefined && (
        <>
          <Check
            label="do"
            title="DNSSEC OK: with signatures"
            on={edns.dnssecOk}
            onChange={(dnssecOk) => changeEdns({ dnssecOk })}
          />
          <Check label="NSID" title="Which server is it?" on={edns.nsid} onChange={(nsid) => changeEdns({ nsid })} />
          <Check label="Cookie" on={edns.cookie} onChange={(cookie) => changeEdns({ cookie })} />
          <label class="check">
            UDP payload
            <input
              class="input payload-input"
              inputMode="numeric"
              value={String(edns.udpPayload)}
              onInput={(event) => changeEdns({ udpPayload: Number(event.currentTarget.value) })}
            />
          </label>
          <label class="check">
            Version
            <input
              class="input version-input"
              inputMode="numeric"
              value={String(edns.version)}
              onInput={(event) => changeEdns({ version: Number(event.currentTarget.value) })}
            />
          </label>
          <input
            class="input mono subnet-input"
            aria-label="Client subnet"
            placeholder="Subnet: 192.0.2.0/24"
            autocomplete="off"
            spellcheck={false}
            value={edns.subnet}
            onInput={(event) => changeEdns({ subnet: event.currentTarget.value })}
          />
        </>
      )}
    </div>
  );
}

const FLAG_TITLES = {
  rd: "Recursion desired",
  cd: "Checking disabled",
  ad: "Authentic data",
} as const;

function Outcome(props: {
  shown: Shown | undefined;
  failure: string | undefined;
  isAsking: boolean;
  view: View;
  setView: (view: View) => void;
}): JSX.Element {
  const { shown, failure, isAsking, view, setView } = props;
  if (failure !== undefined) {
    return (
      <div class="fill" role="alert">
        <Empty title="Not asked">{failure}</Empty>
      </div>
    );
  }
  if (shown === undefined) {
    return (
      <div class="fill" aria-busy={isAsking}>
        {!isAsking && <Empty title="No question yet">What is asked and answered is shown here byte by byte.</Empty>}
      </div>
    );
  }
  if (shown.what === "pasted") {
    return (
      <>
        <PacketView key={shown.packet.base64} packet={shown.packet} />
        <div class="surface-foot">
          <span role="status">{packetText(shown.packet)}</span>
        </div>
      </>
    );
  }
  const { answer } = shown;
  const packet = view === "query" ? answer.query : answer.reply;
  return (
    <>
      <div class="toolbar outcome-head">
        <Segments label="What is shown" value={view} options={VIEWS} onChange={setView} />
        {answer.failure !== undefined && (
          <span class="bad" role="alert">
            {answer.failure}
          </span>
        )}
        <span class="end copyable meta">
          <code class="truncate">{answer.command}</code>
          <CopyButton text={answer.command} label="Copy the command for dig" />
        </span>
      </div>
      {view === "text" ? (
        <pre class="dig-text" aria-label="Text" tabIndex={0}>
          {answer.reply?.text ?? "There is no answer that dig could print."}
        </pre>
      ) : packet === undefined ? (
        <div class="fill">
          <Empty title="No answer came" />
        </div>
      ) : (
        <PacketView key={packet.base64} packet={packet} />
      )}
      <div class="surface-foot">
        <span role="status">
          {packet !== undefined && `${packetText(packet)} · `}
          {answer.server} over {answer.transport.toUpperCase()} · {seconds(answer.elapsedMs / 1000)}
        </span>
      </div>
    </>
  );
}

function packetText({ fields }: WirePacket): string {
  return `${fields.value} · ${plural(fields.end, "byte")}`;
}
