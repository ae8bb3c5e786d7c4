/**
 * The stages of CodeCrafters' course "Build your own DNS server", by their names. Each checks what the course's tester checks, and what the
 * stage's text demands beyond that. The tester gives `--resolver` at every stage; the stages before the last are to be passed without it, too.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CourseResolver, coursePacket, Program } from "./support/course.ts";

const RECORDS = {
  "codecrafters.io.": "76.76.21.21",
  "abc.codecrafters.io.": "76.76.21.22",
  "def.codecrafters.io.": "76.76.21.23",
  "longassdomainname.com.": "127.0.0.1",
};

let resolver: CourseResolver;
let program: Program;

beforeEach(async () => {
  resolver = await CourseResolver.start(RECORDS);
});

afterEach(async () => {
  await program[Symbol.asyncDispose]();
  await resolver[Symbol.asyncDispose]();
});

describe.each([
  ["with --resolver", () => ["--resolver", resolver.address]],
  ["without arguments", () => []],
])("%s", (_, args) => {
  beforeEach(async () => {
    program = await Program.start(...args());
  });

  test("Setup UDP server", async () => {
    const answer = await program.exchange(coursePacket({ id: 7, names: ["codecrafters.io"] }));
    expect(answer.length).toBeGreaterThanOrEqual(12);
  });

  test("Write header section", async () => {
    const answer = await program.ask(coursePacket({ id: 1234, names: ["codecrafters.io"] }));
    expect(answer).toMatchObject({
      id: 1234,
      response: true,
      opcode: 0,
      authoritative: false,
      truncated: false,
      reserved: false,
      rcode: 0,
    });
  });

  test("Write question section", async () => {
    const { questions } = await program.ask(coursePacket({ id: 1234, names: ["codecrafters.io"] }));
    expect(questions.map(({ name, ...rest }) => [name.toString(), rest])).toEqual([
      ["codecrafters.io.", { type: 1, class: 1 }],
    ]);
  });

  test("Write answer section", async () => {
    const { answers } = await program.ask(coursePacket({ id: 1234, names: ["codecrafters.io"] }));
    expect(answers).toHaveLength(1);
    expect(answers[0]).toMatchObject({ type: 1, class: 1 });
    expect(answers[0]!.name.toString()).toBe("codecrafters.io.");
    expect(answers[0]!.rdata).toHaveLength(4);
  });

  test("Parse header section", async () => {
    for (const [opcode, recursionDesired] of [
      [0, true],
      [0, false],
      [1, true],
      [2, false],
      [3, true],
    ] as const) {
      const id = 0xff00 + opcode;
      const answer = await program.ask(coursePacket({ id, opcode, recursionDesired, names: ["codecrafters.io"] }));
      expect(answer).toMatchObject({
        id,
        response: true,
        opcode,
        recursionDesired,
        authoritative: false,
        truncated: false,
        rcode: opcode === 0 ? 0 : 4,
      });
    }
  });

  test("Parse question section", async () => {
    const { questions, answers } = await program.ask(coursePacket({ id: 1, names: ["Abc.CodeCrafters.io"] }));
    expect(questions.map(({ name }) => name.toString())).toEqual(["Abc.CodeCrafters.io."]);
    expect(answers.map(({ name, type }) => [name.toString(), type])).toEqual([["Abc.CodeCrafters.io.", 1]]);
  });

  test("Parse compressed packet", async () => {
    // 16 is where "codecrafters.io" stands within the first question.
    const packet = coursePacket({ id: 2, names: ["abc.codecrafters.io", ["def", 16]] });
    const { id, questions, answers } = await program.ask(packet);
    expect(id).toBe(2);
    const names = ["abc.codecrafters.io.", "def.codecrafters.io."];
    expect(questions.map(({ name }) => name.toString())).toEqual(names);
    expect(answers.map(({ name, type }) => [name.toString(), type])).toEqual(names.map((name) => [name, 1]));
  });
});

describe("with a resolver that answers one question a packet", () => {
  beforeEach(async () => {
    program = await Program.start("--resolver", resolver.address);
  });

  test("Forwarding Server", async () => {
    const one = await program.ask(coursePacket({ id: 3, names: ["longassdomainname.com"] }));
    expect(one).toMatchObject({ id: 3, rcode: 0, authoritative: false });
    expect(one.answers.map(({ name, rdata }) => [name.toString(), [...rdata]])).toEqual([
      ["longassdomainname.com.", [127, 0, 0, 1]],
    ]);

    const two = await program.ask(coursePacket({ id: 4, names: ["abc.codecrafters.io", ["def", 16]] }));
    expect(two).toMatchObject({ id: 4, rcode: 0 });
    expect(two.answers.map(({ name, rdata }) => [name.toString(), [...rdata]])).toEqual([
      ["abc.codecrafters.io.", [76, 76, 21, 22]],
      ["def.codecrafters.io.", [76, 76, 21, 23]],
    ]);
    expect(resolver.questionCounts.every((count) => count === 1)).toBe(true);
  });
});
