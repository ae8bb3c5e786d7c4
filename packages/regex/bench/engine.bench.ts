/**
 * In a process that has been running for a while: what it takes to compile a pattern (meant to be under 50 µs for ten characters), and to
 * search 4 KiB in which there is nothing (meant to be under 5 µs). JavaScript's own RegExp gives the scale: on a string, without a bound.
 */
import { microScenario, type Suite, suite } from "@tenon/bench";
import { compile } from "../src/index.ts";

const BEGINNING = "(ab|c+)d";
/** Lines of words, of which none has a digit or the word that is looked for. */
const TEXT = "some words of a line that nobody looks for, ".repeat(94).slice(0, 4096).replaceAll(/.{60}/g, "$&\n");
const BYTES = new TextEncoder().encode(TEXT);

function searching(name: string, pattern: string): ReturnType<typeof microScenario> {
  return microScenario({
    name,
    unit: "text",
    ours: {
      name: "tenon",
      setup: () => {
        const regex = compile(pattern);
        return () => regex.test(BYTES);
      },
    },
    peers: [
      {
        name: "RegExp",
        setup: () => {
          const regex = new RegExp(pattern);
          return () => regex.test(TEXT);
        },
      },
    ],
  });
}

let turn = 0;
/** Another pattern of ten characters each time, as RegExp remembers those that it compiled. */
const another = (): string => BEGINNING + String.fromCharCode(97 + (turn++ % 26), 97 + ((turn >> 5) % 26));

const everything: Suite = suite("regex", [
  microScenario({
    name: "compile, ten characters",
    unit: "pattern",
    ours: { name: "tenon", setup: () => () => compile(another()) },
    peers: [{ name: "RegExp", setup: () => () => new RegExp(another()).test("x") }],
  }),
  microScenario({
    name: "compile, ten characters, and test a line",
    unit: "pattern",
    ours: { name: "tenon", setup: () => () => compile(another()).test("abcdefghijklmnopqrstuvwxyz") },
    peers: [{ name: "RegExp", setup: () => () => new RegExp(another()).test("abcdefghijklmnopqrstuvwxyz") }],
  }),
  searching("4 KiB without a match, a word", "undefined"),
  searching("4 KiB without a match, three words", "undefined|zebra|quokka"),
  searching("4 KiB without a match, classes", "[a-z]+[0-9]{3}"),
]);

export default everything;
