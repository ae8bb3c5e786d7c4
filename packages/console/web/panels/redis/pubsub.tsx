/** What is published on channels, and a way to publish. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { WireReply } from "../../../src/panels/redis/wire.ts";
import type { WireBytes } from "../../../src/protocol.ts";
import { clockTime, plural } from "../../format.ts";
import { openTopic } from "../../live/topics.ts";
import { CheckBox } from "../../ui/bound-inputs.tsx";
import { Empty } from "../../ui/empty.tsx";
import { FollowList } from "../../ui/follow-list.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { narrow } from "../../ui/narrow.ts";
import { hexDump, oneLine, prettyJson, rawBytes } from "./bytes-text.ts";
import { bytesOf, errorOf, integerOf, itemsOf, RedisApi } from "./redis-api.ts";

const MAX_MESSAGES = 10_000;

interface Message {
  readonly timeMs: number;
  readonly channel: WireBytes;
  readonly payload: WireBytes;
}

export function PubSub({ service }: { service: string }): JSX.Element {
  const api = useMemo(() => new RedisApi(service, 0), [service]);
  const [pattern, setPattern] = useState("*");
  const typed = useSignal("*");
  const messages = useSignal<readonly Message[]>([]);
  const failure = useSignal<string | undefined>(undefined);
  /** The pattern whose subscription the server confirmed: what is published from now on arrives here. */
  const listening = useSignal<string | undefined>(undefined);
  const follow = useSignal(true);
  const selected = useSignal<Message | undefined>(undefined);

  useEffect(() => {
    failure.value = undefined;
    let left = false;
    const topic = openTopic(service, "session", {
      opened: () => {
        topic.send<{ reply: WireReply }>({ command: ["PSUBSCRIBE", pattern] }).then(
          ({ reply }) => {
            if (left) return;
            const refusal = errorOf(reply);
            if (refusal === undefined) listening.value = pattern;
            else failure.value = refusal;
          },
          (error: unknown) => {
            if (!left) failure.value = error instanceof Error ? error.message : String(error);
          },
        );
      },
      message: (message) => {
        const [kind, , channel, payload] = itemsOf((message as { push: WireReply }).push);
        if (kind !== "pmessage") return;
        const next = { timeMs: Date.now(), channel: bytesOf(channel) ?? "", payload: bytesOf(payload) ?? "" };
        messages.value = [...messages.value, next].slice(-MAX_MESSAGES);
      },
      ended: (reason) => (failure.value = reason || "The server ended the connection."),
    });
    return () => {
      left = true;
      topic.close();
    };
  }, [service, pattern]);

  return (
    <section class="card surface fill" aria-label="Pub/Sub">
      <form
        class="toolbar"
        onSubmit={(event) => {
          event.preventDefault();
          setPattern(typed.value.trim() === "" ? "*" : typed.value.trim());
        }}
      >
        <input
          class="input mono grow"
          aria-label="Channels by pattern"
          placeholder="Channels: news:*"
          spellcheck={false}
          value={typed.value}
          onInput={(event) => (typed.value = event.currentTarget.value)}
        />
        <button type="submit" class="button">
          Listen
        </button>
        <CheckBox label="Follow" on={follow} />
        <button
          type="button"
          class="button"
          onClick={() => {
            messages.value = [];
            selected.value = undefined;
          }}
        >
          Clear
        </button>
      </form>
      {messages.value.length === 0 ? (
        <div class="fill">
          <Empty
            title={
              failure.value !== undefined ? "Not listening" : listening.value === pattern ? "Listening" : "Connecting"
            }
          >
            {failure.value ?? `What is published on channels like ${pattern} appears here.`}
          </Empty>
        </div>
      ) : (
        <FollowList
          label="Messages"
          items={messages.value}
          rowHeight={narrow.value ? 48 : 27}
          rowClass="message-row"
          row={(message) => (
            <>
              <span class="faint">{clockTime(message.timeMs)}</span>
              <span class="channel">{oneLine(message.channel)}</span>
              <span class="command">{oneLine(message.payload)}</span>
            </>
          )}
          follow={follow}
          selected={selected}
        />
      )}
      {selected.value !== undefined && (
        <MessageDetails message={selected.value} onClose={() => (selected.value = undefined)} />
      )}
      <Publish api={api} count={messages.value.length} />
    </section>
  );
}

function MessageDetails({ message, onClose }: { message: Message; onClose: () => void }): JSX.Element {
  const { channel, payload } = message;
  return (
    <section class="details" aria-label="Message in full">
      <div class="details-head">
        <span class="mono muted truncate">{oneLine(channel)}</span>
        <IconButton small icon="close" label="Close the message" onClick={onClose} />
      </div>
      <pre class="element-text">
        {typeof payload === "string" ? (prettyJson(payload) ?? payload) : hexDump(rawBytes(payload))}
      </pre>
    </section>
  );
}

function Publish({ api, count }: { api: RedisApi; count: number }): JSX.Element {
  const channel = useSignal("");
  const payload = useSignal("");
  const said = useSignal("");
  const publish = async (): Promise<void> => {
    if (channel.value.trim() === "") return;
    try {
      const [receivers] = await api.run(["PUBLISH", channel.value.trim(), payload.value]);
      said.value = `${plural(integerOf(receivers), "receiver")}`;
      payload.value = "";
    } catch (error) {
      said.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <form
      class="surface-foot publish"
      aria-label="Publish"
      onSubmit={(event) => {
        event.preventDefault();
        void publish();
      }}
    >
      <input
        class="input mono"
        aria-label="Channel"
        placeholder="channel"
        autocomplete="off"
        spellcheck={false}
        value={channel.value}
        onInput={(event) => (channel.value = event.currentTarget.value)}
      />
      <input
        class="input mono grow"
        aria-label="Message"
        placeholder="message"
        autocomplete="off"
        spellcheck={false}
        value={payload.value}
        onInput={(event) => (payload.value = event.currentTarget.value)}
      />
      <button type="submit" class="button">
        Publish
      </button>
      <span role="status">{said.value || plural(count, "message")}</span>
    </form>
  );
}
