/** Random commands on connections, settings and the server itself. */
import { cased, chance, type Draw, oneOf, options, some } from "../draw.ts";
import { clientId, CLIENTS } from "../step.ts";
import { anyKey, integer } from "./values.ts";

const SETTINGS: readonly (readonly [name: string, values: readonly string[]])[] = [
  ["list-max-listpack-size", ["-2", "-1", "-5", "3", "1", "0", "-6"]],
  ["list-compress-depth", ["0", "1", "2"]],
  ["hash-max-listpack-entries", ["128", "4", "0"]],
  ["hash-max-listpack-value", ["64", "10", "0"]],
  ["hash-max-ziplist-entries", ["5", "128"]],
  ["set-max-intset-entries", ["512", "4", "0"]],
  ["zset-max-listpack-entries", ["128", "4", "0"]],
  ["zset-max-listpack-value", ["64", "5", "0"]],
  ["stream-node-max-entries", ["100", "7", "1", "0"]],
  ["stream-node-max-bytes", ["4096", "300", "0"]],
  ["hll-sparse-max-bytes", ["3000", "700", "0"]],
  ["notify-keyspace-events", ["KEA", "KA", "", "Kg$", "Elsz", "KEx", "KEg$lshzxemn", "q"]],
  ["maxmemory", ["x", "-1"]],
  ["hz", ["x", "-1"]],
  ["appendonly", ["x"]],
  ["port", ["x", "-1"]],
  ["nope", ["1"]],
  ["maxmemory-policy", ["noeviction", "allkeys-lfu", "sometimes"]],
  ["maxmemory-samples", ["5", "x"]],
];

export function settingCommand(draw: Draw): string[] {
  const [name, values] = oneOf(draw, SETTINGS);
  if (chance(draw, 15))
    return [
      "CONFIG",
      "GET",
      oneOf(draw, [
        name.replace(/^(port|maxmemory|hz)$/, "maxmemory-samples"),
        "zset-max*[ev]*e*",
        "hll*",
        "LIST-max-listpack-size",
      ]),
    ];
  if (chance(draw, 10)) {
    const [other, others] = oneOf(draw, SETTINGS);
    return ["CONFIG", "SET", name, oneOf(draw, values), other, oneOf(draw, others)];
  }
  return ["CONFIG", cased(draw, "SET"), name, oneOf(draw, values)];
}

function globText(draw: Draw, letters: string): string {
  return Array.from({ length: draw(8) }, () => letters[draw(letters.length)]!).join("");
}

export function connectionCommand(draw: Draw): string[] {
  const other = (): string => (chance(draw, 20) ? oneOf(draw, ["x", "-1", "999999"]) : clientId(1 + draw(CLIENTS - 2)));
  const word = (): string => oneOf(draw, ["hello", "", "a b", "x".repeat(300), "\u00ff\r\n"]);
  const makers: (() => string[])[] = [
    () => ["PING", ...options(draw, [[word()]], 50)],
    () => ["ECHO", word()],
    () => [
      "HELLO",
      ...options(
        draw,
        [
          [oneOf(draw, ["2", "3", "2", "3", "4", "x"])],
          ["SETNAME", oneOf(draw, ["me", "a b"])],
          ["AUTH", "default", "x"],
        ],
        60,
      ),
    ],
    () => ["CLIENT", cased(draw, "GETNAME")],
    () => ["CLIENT", "SETNAME", oneOf(draw, ["me", "a b", "", "\n"])],
    () => ["CLIENT", oneOf(draw, ["ID", "INFO", "GETREDIR", "NOPE", "LIST"])],
    () => ["CLIENT", "LIST", oneOf(draw, ["TYPE", "ID", "X"]), oneOf(draw, ["normal", "nope", "1 2"])],
    () => ["CLIENT", "NO-EVICT", oneOf(draw, ["on", "OFF", "x"])],
    () => ["CLIENT", "UNBLOCK", other(), ...options(draw, [[oneOf(draw, ["TIMEOUT", "ERROR", "x"])]], 60)],
    () => ["CLIENT", "KILL", "ID", other()],
    () => [
      "CLIENT",
      "KILL",
      oneOf(draw, ["TYPE", "USER", "LADDR", "ADDR", "NOPE"]),
      oneOf(draw, ["master", "nobody", "x", "1.2.3.4:5"]),
    ],
    () => ["CLIENT", "REPLY", oneOf(draw, ["ON", "x"])],
    () => [
      "CLIENT",
      "PAUSE",
      oneOf(draw, ["x", "-1", "0", ""]),
      ...options(draw, [[oneOf(draw, ["WRITE", "ALL", "x"])]], 50),
    ],
    () => ["AUTH", ...options(draw, [[oneOf(draw, ["default", "nobody"])]], 30), "secret"],
    () => ["ACL", oneOf(draw, ["WHOAMI", "USERS", "LIST", "NOPE", "CAT"])],
    () => ["ACL", "CAT", oneOf(draw, ["hyperloglog", "geo", "nope"])],
    () => ["ACL", "GETUSER", oneOf(draw, ["default", "nobody"])],
    () => [
      "COMMAND",
      "GETKEYS",
      ...oneOf(draw, [
        "SET a b",
        "MSET a 1 b 2",
        "NOSUCH a",
        "PING x",
        "RENAME a b",
        "ZUNION 2 a b",
        "SORT a BY x GET # STORE b",
        "XREAD STREAMS a b 0 0",
        "EVAL x 2 a b c",
        "GEORADIUS a 1 1 1 m STORE b",
      ]).split(" "),
    ],
    () => ["COMMAND", oneOf(draw, ["COUNT", "NOPE", "LIST"])],
    () => ["COMMAND", "INFO", oneOf(draw, ["nope", "NOPE|x"])],
    () => ["OBJECT", "HELP"],
    () => ["WAIT", "0", oneOf(draw, ["0", "1", "-1", "x"])],
    () => ["TIME"],
    () => ["RESET"],
    () => ["QUIT"],
    () => ["SLOWLOG", oneOf(draw, ["RESET", "NOPE"])],
    () => ["LATENCY", oneOf(draw, ["RESET", "LATEST", "NOPE"])],
    () => ["MEMORY", "DOCTOR"],
    () => ["DEBUG", oneOf(draw, ["SLEEP", "NOPE"]), "0"],
    () => ["SADD", "globbed", ...some(draw, 20, () => [globText(draw, "ab-]")])],
    () => ["SSCAN", "globbed", "0", "COUNT", "100000", "MATCH", globText(draw, "ab*?[]^-\\")],
    () => ["SSCAN", "globbed", "0", "COUNT", "100000", "MATCH", globText(draw, "ab*")],
    () => [
      oneOf(draw, ["NOSUCH", "get", "GeT", "config", "object", "", "GE T", "client|list"]),
      ...options(draw, [[anyKey(draw)], [integer(draw)], ["x".repeat(200)]], 60),
    ],
  ];
  return oneOf(draw, makers)();
}
