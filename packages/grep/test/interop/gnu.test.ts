/** Chosen command lines, each run by GNU grep and by ours in the same folder. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { fromText } from "../../src/byte-string.ts";
import { runOurs, runTheirs } from "../differential/compare.ts";
import { Workbench } from "../support/workbench.ts";

const bench = new Workbench().write({
  abc: "abc\nxab\n\nq\nabcd\n",
  crlf: "abc\r\nxab\n\nq\nabcd",
  binary: "a\0b\nb\n",
  torn: Buffer.from("C\xff\nq\nC\nx\ny\nz\n", "latin1"),
  short: "q\nxyx\nx\n",
  broken: Buffer.from([0x61, 0x0a, 0x78, 0xff, 0x0a, 0x79, 0x0a, 0x61, 0xff, 0x61, 0x0a]),
  "tree/a.c": "abc\n",
  "tree/b.h": "abc\n",
  "tree/sub/c.c": "abc\n",
  "tree/.hidden/d": "abc\n",
  patterns: "a\n[\n\\(\n",
  globs: "*.c \n\n b.h\n",
  "[x": "a\n",
  sparse: "",
});
mkdirSync(join(bench.folder, "empty"));
symlinkSync("../a.c", join(bench.folder, "tree/sub/link"));
symlinkSync("..", join(bench.folder, "tree/sub/loop"));
symlinkSync("nowhere", join(bench.folder, "tree/sub/dangling"));
symlinkSync("self", join(bench.folder, "tree/self"));
writeFileSync(join(bench.folder, "large"), `${"some text\n".repeat(30_000)}\0\nsome text\n`);
afterAll(() => bench[Symbol.dispose]());

/** Words divided by blanks; each with every environment below it. */
const COMMANDS: readonly string[] = [
  ...[
    "--n",
    "--no",
    "--nu",
    "--co",
    "--colo",
    "--b",
    "--exclude",
    "--e",
    "--ex",
    "--f",
    "--l",
    "--r",
    "--x",
    "--help=1",
    "--bogus=3",
    "--no=3",
  ],
  ...[
    "-A",
    "-Q",
    "-nQ",
    "--count=1",
    "-Ax",
    "-m1x",
    "-C -1",
    "-D foo",
    "-d foo",
    "-d re",
    "--binary-files=foo",
    "-X foo a",
    "-E -P a",
    "-P -e a -e b",
  ],
  ...[
    "-99999999999999999999999 b abc",
    "-C 99999999999999999999999 b abc",
    "-1 -2 q abc",
    "-12 q abc",
    "-m -1 b abc",
    "-m +1 b abc",
    "-0 b abc",
  ],
  ...[
    "-y A abc",
    "-u a abc",
    "-E -F a|b abc",
    "-EG a|b abc",
    "-F -x -w abc abc",
    "-w -x ab abc",
    "a -- -n",
    "-- -n abc",
    "a abc -n",
    "abc",
  ],
  ...[
    "-r abc tree",
    "-r abc tree/",
    "-r abc tree//",
    "-r abc",
    "-R abc tree",
    "-rh abc tree",
    "-rH abc tree/a.c",
    "-r abc tree/a.c",
    "-d recurse abc tree",
  ],
  ...[
    "-r --include=*.c abc tree",
    "-r --exclude=*.c abc tree",
    "-r --exclude-dir=sub abc tree",
    "-r --exclude-dir=tree abc tree",
    "-r --exclude-dir=tree/ abc tree",
  ],
  ...[
    "-r --exclude-dir=. abc .",
    "-r --exclude-dir=. abc",
    "--exclude=tree/* abc tree/a.c",
    "--exclude=[x a [x",
    "-r --exclude-from=globs abc tree",
    "-r --include= abc tree",
  ],
  ...[
    "-r --include=*.h --exclude=b* abc tree",
    "-r --exclude=b* --include=*.h abc tree",
    "--exclude=a.* abc tree/a.c -",
    "-r --exclude-dir=s* abc tree",
    "-r --exclude=a.[!c] abc tree",
  ],
  ...[
    "-rl abc tree",
    "-rL abc tree",
    "-rc abc tree",
    "-rZl abc tree",
    "-rlZ zz tree",
    "-r abc empty",
    "abc tree",
    "-s abc tree",
    "-d skip abc tree abc",
    "-D skip abc abc",
  ],
  ...[
    "abc missing",
    "-s abc missing",
    "-q abc missing abc",
    "-q abc abc missing",
    "-q zz missing",
    "-c abc tree abc",
    "-L abc tree abc",
    "-l abc tree abc",
  ],
  ...[
    "b binary",
    "-c b binary",
    "-I b binary",
    "-q b binary",
    "-l b binary",
    "-o b binary",
    "-s b binary",
    "-a b binary",
    "-z b binary",
    "-L zz binary",
    "-v b binary",
  ],
  ...[
    "a broken",
    "-c a broken",
    "-o a broken",
    "-A3 a broken",
    "-nB3 a broken",
    "-a a broken",
    "-I a broken",
    "-v x broken",
    "-o a.* broken",
    "-A2 C torn",
    String.raw`-e x -e y\ short`,
    String.raw`-E -e x -e q\.y\ short`,
    String.raw`-e y\ -e x short`,
    String.raw`-e x.y -e y\ short`,
    String.raw`-e y\ short`,
    "-C2 q|C -E torn",
    "-xvo -m1 -A1 x short",
    "-xv --color=always -C1 x short",
  ],
  ...[
    "some large",
    "-c some large",
    "-n some large",
    "-m3 some large",
    "-v some large",
    "-A1 -m2 some large",
    "-I some large",
  ],
  ...[
    "-m1 -A1 a abc",
    "-m0 a missing",
    "-m0 -L a abc",
    "-m0 -c a abc",
    "-f /dev/null abc",
    "-v -f /dev/null abc",
    "-L -f /dev/null abc",
    "-c -f /dev/null abc",
    "-f patterns abc",
    "-f missing abc",
  ],
  ...[
    "-Tn b abc",
    "-Tb b abc",
    "-T b abc",
    "-THnb b abc",
    "-Tc b abc",
    "-Tn b -",
    "-nb b abc",
    "-ob b abc",
    "-H b abc",
    "-h b abc crlf",
    "-Z -n b abc crlf",
    "-HZA1 q abc",
  ],
  ...[
    "-A1 x abc crlf",
    "-B1 q abc crlf",
    "-C1 --group-separator=## q abc crlf",
    "-A0 --no-group-separator b abc",
    "-oA1 b abc",
    "-vo -A1 abc abc",
    "--label=in -H a",
    "-H a -",
    "-c a - abc",
  ],
  ...[
    "--color=always b abc",
    "--color=always -n b abc",
    "--color=always -v b crlf",
    "--color=always -vA1 b crlf",
    "--color=always -o b crlf",
    "--color=always -A1 -n q crlf",
    "--color=always -c a abc crlf",
  ],
  ...[
    "--color=always -l a abc",
    "--color=always -nbTH a crlf",
    "--color=ALWAYS a abc",
    "--color=never a abc",
    "--color a abc",
    "--color=always -ZH a abc",
    "--color=always ab* crlf",
    "-xwo abc abc",
    "-xw --color=always abc crlf",
    "-xwF --color=always abc abc",
    "--color=always -i A abc",
  ],
];

const ENVIRONMENTS: readonly Readonly<Record<string, string>>[] = [
  { LC_ALL: "C" },
  { LC_ALL: "C.UTF-8", GREP_COLORS: "mt=1:rv:sl=2:cx=3" },
  { LC_ALL: "C.UTF-8", GREP_COLOR: "7", POSIXLY_CORRECT: "1" },
  { LC_ALL: "C", GREP_COLORS: "ms=1::mc=:sl=2;3:fn=:ne:se=4=5" },
];

test("chosen command lines give GNU grep's output, errors and exit codes", () => {
  const grep = peer("grep");
  if (grep === undefined) return;
  const cases = ENVIRONMENTS.flatMap((env) =>
    COMMANDS.map((command) => ({ args: command.split(" ").map(fromText), env, stdin: "abc" })),
  );
  const theirs = runTheirs(cases, bench.folder, grep, {});
  cases.forEach((each, index) => {
    const name = `${JSON.stringify(each.env)} grep ${each.args.join(" ")}`;
    expect.soft({ name, ...runOurs(each, bench.folder) }).toEqual({ name, ...theirs[index] });
  });
});
