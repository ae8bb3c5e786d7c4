/**
 * The engine against the original in its two bindings for Node. Ratios of throughput: above 1 ours is faster. Everything is in memory and warm; what
 * is compared is the machine, not the disk.
 */
import { type MicroContender, microScenario, type Scenario, suite } from "@tenon/bench";
import { type BenchDatabase, type Engine, PEERS, tenon, tenonAsBetterSqlite } from "./engines.ts";
import { fillTables, ROWS } from "./tables.ts";

type Work = (database: BenchDatabase) => () => unknown;

interface Row {
  readonly name: string;
  /** Makes what is timed. */
  readonly work: Work;
  /** Rows or calls in one call. */
  readonly units?: number;
  /** Of throughput, against each of the peers, unless `targets` says otherwise. */
  readonly target: number;
  readonly targets?: Readonly<Record<string, number>>;
  readonly engine?: Engine;
  /** Without the tables. */
  readonly empty?: boolean;
}

function all(sql: string): Work {
  return (database) => {
    const statement = database.prepare(sql);
    return () => statement.all();
  };
}

const ROWS_OF_TABLE: readonly Row[] = [
  {
    name: "filter and aggregate",
    work: all("SELECT sum(r), count(*) FROM big WHERE k > 500 AND id % 3 = 0"),
    target: 1.5,
  },
  { name: "GROUP BY integers", work: all("SELECT k, count(*), sum(r) FROM big GROUP BY k"), target: 8 },
  { name: "GROUP BY texts", work: all("SELECT s, count(*), max(r) FROM big GROUP BY s"), target: 8 },
  {
    name: "full sort",
    work: all("SELECT count(*) FROM (SELECT s, r FROM big ORDER BY s, r LIMIT -1 OFFSET 1)"),
    target: 4,
  },
  { name: "top 10", work: all("SELECT id FROM big ORDER BY r DESC LIMIT 10"), target: 2 },
  { name: "LIKE", work: all("SELECT count(*) FROM big WHERE s LIKE '%99%'"), target: 1.2 },
  { name: "text equality", work: all("SELECT count(*) FROM big WHERE s = 'name 77'"), target: 1.5 },
  { name: "join by rowid", work: all("SELECT sum(small.v) FROM big JOIN small ON small.id = big.k"), target: 1 },
  {
    name: "join by index",
    work: all("SELECT sum(small.k) FROM big JOIN small ON small.v = big.id WHERE big.id < 1000"),
    target: 2,
  },
  { name: "join without index", work: all("SELECT count(*) FROM big JOIN small ON small.k = big.id"), target: 3 },
  {
    name: "function of the program in WHERE",
    work: (database) => {
      database.function("odd", (value: number) => value & 1);
      const statement = database.prepare("SELECT count(*) FROM big WHERE odd(k)");
      return () => statement.all();
    },
    target: 3,
  },
  {
    name: "rows to objects",
    work: all("SELECT * FROM big LIMIT 100000"),
    units: 100_000,
    target: 1.2,
    targets: { "node:sqlite": 3 },
    engine: tenonAsBetterSqlite,
  },
  {
    name: "point look-ups in a transaction",
    work: (database) => {
      const statement = database.prepare("SELECT * FROM big WHERE id = ?");
      database.exec("BEGIN");
      let id = 0;
      return () => {
        id = (id + 7919) % ROWS;
        return statement.get(BigInt(id));
      };
    },
    target: 1.1,
  },
  {
    name: "point look-ups, each by itself",
    work: (database) => {
      const statement = database.prepare("SELECT * FROM big WHERE id = ?");
      let id = 0;
      return () => {
        id = (id + 7919) % ROWS;
        return statement.get(BigInt(id));
      };
    },
    target: 2,
  },
  {
    name: "inserts in one transaction, rising keys",
    empty: true,
    work: (database) => {
      database.exec("CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b REAL); BEGIN");
      const statement = database.prepare("INSERT INTO t(a, b) VALUES (?, ?)");
      let at = 0;
      return () => statement.run(`text ${(at += 1)}`, at * 1.5);
    },
    target: 2,
  },
  {
    name: "inserts in one transaction, two indexes",
    empty: true,
    work: (database) => {
      database.exec(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b REAL); CREATE INDEX ta ON t(a); CREATE INDEX tb ON t(b); BEGIN",
      );
      const statement = database.prepare("INSERT INTO t(a, b) VALUES (?, ?)");
      let at = 1;
      return () => {
        at = (at * 48_271) % 2_147_483_647;
        return statement.run(`text ${at}`, at * 1.5);
      };
    },
    target: 1,
  },
  {
    name: "one-off statements",
    work: (database) => {
      let at = 0;
      return () => database.prepare(`SELECT k, s FROM big WHERE id = ${(at += 1)} AND k > ${at % 7}`).all();
    },
    target: 0.7,
  },
];

function scenarioOf({ name, work, units = 1, target, targets, engine = tenon, empty = false }: Row): Scenario {
  const contender = (title: string, open: Engine): MicroContender => ({
    name: title,
    setup() {
      const database = open();
      if (!empty) fillTables(database);
      return work(database);
    },
  });
  return microScenario({
    name,
    unit: units === 1 ? "statement" : "row",
    unitsPerCall: units,
    ours: contender("tenon", engine),
    peers: PEERS.map((peer) => contender(peer.name, peer.engine)),
    targets: Object.fromEntries(PEERS.map((peer) => [peer.name, { throughput: targets?.[peer.name] ?? target }])),
  });
}

export default suite("sqlite", ROWS_OF_TABLE.map(scenarioOf));
