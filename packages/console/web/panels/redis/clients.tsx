/** Who is connected, and what each does; a connection can be ended. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useCallback, useMemo } from "preact/hooks";
import { bytes, duration, plural } from "../../format.ts";
import { Ask } from "../../ui/ask.tsx";
import { CheckBox, SearchBox } from "../../ui/bound-inputs.tsx";
import { Empty } from "../../ui/empty.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { narrow } from "../../ui/narrow.ts";
import { VirtualList } from "../../ui/virtual-list.tsx";
import { type ClientFacts, parseClientList } from "./client-list.ts";
import { usePolled } from "../../live/polled.ts";
import { bytesOf, integerOf, RedisApi } from "./redis-api.ts";

const POLL_MS = 2000;
const LAYOUT = "minmax(110px, 2fr) minmax(70px, 2fr) 34px minmax(80px, 2fr) 80px 66px 66px 64px";

const ORDERS: readonly (readonly [order: string, text: string, compare: (a: ClientFacts, b: ClientFacts) => number])[] =
  [
    ["age", "Oldest first", (a, b) => b.ageMs - a.ageMs || Number(a.id) - Number(b.id)],
    ["new", "Newest first", (a, b) => Number(b.id) - Number(a.id)],
    ["busy", "Least idle first", (a, b) => a.idleMs - b.idleMs || Number(a.id) - Number(b.id)],
    ["memory", "Most memory first", (a, b) => b.memoryBytes - a.memoryBytes],
  ];

export function Clients({ service }: { service: string }): JSX.Element {
  const api = useMemo(() => new RedisApi(service, 0), [service]);
  const read = useCallback(async () => {
    const [list, own] = await api.run(["CLIENT", "LIST"], ["CLIENT", "ID"]);
    return { clients: parseClientList(String(bytesOf(list) ?? "")), own: String(integerOf(own)) };
  }, [api]);
  const { value, failure, refresh } = usePolled(read, POLL_MS);
  const text = useSignal("");
  const order = useSignal("age");
  const showOwn = useSignal(false);
  const selected = useSignal<string | undefined>(undefined);
  const killing = useSignal<ClientFacts | undefined>(undefined);

  const wanted = text.value.toLowerCase();
  const shown = (value?.clients ?? [])
    .filter(({ id }) => showOwn.value || id !== value!.own)
    .filter((client) =>
      `${client.address} ${client.name} ${client.user} ${client.command}`.toLowerCase().includes(wanted),
    )
    .toSorted(ORDERS.find(([name]) => name === order.value)![2]);
  const index = shown.findIndex(({ id }) => id === selected.value);
  const client = shown[index];
  return (
    <section class="card surface fill" aria-label="Clients">
      <div class="toolbar">
        <SearchBox label="Find by address, name or command" text={text} />
        <select
          class="input"
          aria-label="Order"
          value={order.value}
          onChange={(event) => (order.value = event.currentTarget.value)}
        >
          {ORDERS.map(([name, title]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
        <CheckBox label="This console's too" on={showOwn} />
      </div>
      {!narrow.value && (
        <div class="list-heads" style={{ gridTemplateColumns: LAYOUT }}>
          <span>Address</span>
          <span>Name</span>
          <span class="number">db</span>
          <span>Command</span>
          <span />
          <span class="number">Age</span>
          <span class="number">Idle</span>
          <span class="number">Memory</span>
        </div>
      )}
      {failure !== undefined ? (
        <Empty title="The clients cannot be read">{failure}</Empty>
      ) : shown.length === 0 ? (
        <div class="fill" aria-busy={value === undefined}>
          {value !== undefined && (
            <Empty title={wanted === "" ? "Nobody else is connected" : "No client matches"}>
              The list follows the server.
            </Empty>
          )}
        </div>
      ) : (
        <VirtualList
          label="Clients"
          count={shown.length}
          rowHeight={narrow.value ? 48 : 29}
          rowClass="client-row"
          row={(at) => <ClientCells client={shown[at]!} />}
          selected={index < 0 ? undefined : index}
          onSelect={(at) => (selected.value = shown[at]!.id)}
        />
      )}
      {client !== undefined && (
        <section class="details" aria-label="Client in full">
          <div class="details-head">
            <span class="mono muted truncate">{client.address}</span>
            <button type="button" class="button small danger" onClick={() => (killing.value = client)}>
              End the connection
            </button>
            <IconButton small icon="close" label="Close the client" onClick={() => (selected.value = undefined)} />
          </div>
          <dl class="facts client-facts">
            {client.fields
              .filter(([, fact]) => fact !== "")
              .flatMap(([name, fact]) => [<dt key={name}>{name}</dt>, <dd key={`${name} value`}>{fact}</dd>])}
          </dl>
        </section>
      )}
      <div class="surface-foot">
        <span role="status">{plural(shown.length, "client")}</span>
      </div>
      {killing.value !== undefined && (
        <Ask
          title="End the connection?"
          action="End it"
          danger
          onClose={() => (killing.value = undefined)}
          onSubmit={async () => {
            await api.run(["CLIENT", "KILL", "ID", killing.value!.id]);
            selected.value = undefined;
            await refresh();
          }}
        >
          <p>
            <span class="mono">{killing.value.address}</span> {killing.value.name}. Most clients connect again by
            themselves.
          </p>
        </Ask>
      )}
    </section>
  );
}

function ClientCells({ client }: { client: ClientFacts }): JSX.Element {
  return (
    <>
      <span class="mono">{client.address}</span>
      <span class="name">{client.name}</span>
      <span class="faint number db">{client.db}</span>
      <span class="mono command">{client.command}</span>
      <span class="faint role">{client.role}</span>
      <span class="faint number">{duration(client.ageMs)}</span>
      <span class="faint number">{duration(client.idleMs)}</span>
      <span class="faint number memory">{client.memoryBytes > 0 && bytes(client.memoryBytes)}</span>
    </>
  );
}
