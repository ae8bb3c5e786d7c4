/** Random subscriptions and messages. */
import { chance, type Draw, oneOf, some } from "../draw.ts";

const CHANNELS = ["news", "news.de", "weather", "", "\u00ff"];
/** None hears keyspace events: 7.0 puts those of a client's own command into the middle of its reply. */
const PATTERNS = ["news*", "[^_]*", "n?ws", "[nw]e*", "weather"];

export function publishCommand(draw: Draw): string[] {
  const channel = oneOf(draw, CHANNELS);
  if (chance(draw, 20)) return ["SPUBLISH", channel, "sharded"];
  if (chance(draw, 30)) {
    return oneOf(draw, [
      ["PUBSUB", "CHANNELS"],
      ["PUBSUB", "CHANNELS", oneOf(draw, PATTERNS)],
      ["PUBSUB", "NUMSUB", channel, "news"],
      ["PUBSUB", "NUMPAT"],
      ["PUBSUB", "SHARDCHANNELS"],
      ["PUBSUB", "SHARDNUMSUB", channel],
      ["PUBSUB", "NOPE"],
    ]);
  }
  return ["PUBLISH", channel, oneOf(draw, ["hello", "", "\u0000\r\n"])];
}

export function subscribeCommand(draw: Draw): string[] {
  const channels = (): string[] => some(draw, 3, () => [oneOf(draw, CHANNELS)]);
  return oneOf(draw, [
    ["SUBSCRIBE", ...channels()],
    ["PSUBSCRIBE", oneOf(draw, PATTERNS)],
    ["SSUBSCRIBE", ...channels()],
    // All at once come in no order.
    ["UNSUBSCRIBE", ...channels()],
    ["PUNSUBSCRIBE", oneOf(draw, PATTERNS)],
    ["SUNSUBSCRIBE", ...channels()],
    ["PING"],
    ["PING", "x"],
    ["PUBLISH", oneOf(draw, CHANNELS), "of my own"],
    ["GET", "a"],
    ["RESET"],
  ]);
}
