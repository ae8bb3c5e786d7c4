/** Switches: .echo, .bail, .changes, .eqp, .explain, .timer, .binary, .prompt, .timeout. */
import { booleanOf, integerOf } from "../arguments.ts";
import { type DotCommand, misused } from "../command.ts";
import type { PlanMode, Shell } from "../shell.ts";

/** A command that turns something on or off. */
function onOff(name: string, summary: string, set: (shell: Shell, isOn: boolean) => void, least = 1): DotCommand {
  return {
    name,
    least,
    help: [`${name} on|off`, summary],
    run(shell, words) {
      if (words.length !== 2) return misused(shell, `.${name} on|off`);
      set(
        shell,
        booleanOf(words[1]!, (text) => shell.complain(text)),
      );
      return true;
    },
  };
}

const PLAN_MODES: readonly string[] = ["full", "trigger"];

export const SETTING_COMMANDS: readonly DotCommand[] = [
  onOff(
    "bail",
    "Stop after hitting an error.  Default OFF",
    (shell, isOn) => {
      shell.bail = isOn;
    },
    3,
  ),
  // What is written is bytes on every system.
  onOff("binary", "Turn binary output on or off.  Default OFF", () => {}, 3),
  onOff(
    "changes",
    "Show number of rows changed by SQL",
    (shell, isOn) => {
      shell.countChanges = isOn;
    },
    3,
  ),
  onOff("echo", "Turn command echo on or off", (shell, isOn) => {
    shell.echo = isOn;
  }),
  onOff(
    "timer",
    "Turn SQL timer on or off",
    (shell, isOn) => {
      shell.timer = isOn;
    },
    5,
  ),
  {
    name: "eqp",
    least: 2,
    help: [
      "eqp on|off|full|...",
      "Enable or disable automatic EXPLAIN QUERY PLAN",
      "   Other Modes:",
      '      trigger               Like "full" but also show trigger bytecode',
    ],
    run(shell, words) {
      const [, mode] = words;
      if (mode === undefined || words.length !== 2) return misused(shell, ".eqp off|on|trace|trigger|full");
      shell.planMode = PLAN_MODES.includes(mode)
        ? (mode as PlanMode)
        : booleanOf(mode, (text) => shell.complain(text))
          ? "on"
          : "off";
      return true;
    },
  },
  {
    name: "explain",
    help: ["explain ?on|off|auto?", "Change the EXPLAIN formatting mode.  Default: auto"],
    run(shell, words) {
      const [, mode = "on"] = words;
      shell.explain = mode === "auto" ? "auto" : booleanOf(mode, (text) => shell.complain(text)) ? "on" : "off";
      return true;
    },
  },
  {
    name: "prompt",
    help: ["prompt MAIN CONTINUE", "Replace the standard prompts"],
    run(shell, words) {
      const { main, more } = shell.prompts;
      shell.prompts = { main: words[1] ?? main, more: words[2] ?? more };
      return true;
    },
  },
  {
    name: "timeout",
    least: 5,
    help: ["timeout MS", "Try opening locked tables for MS milliseconds"],
    run(shell, words) {
      shell.database.connection.settings.busyTimeoutMs = Math.max(0, Math.trunc(integerOf(words[1] ?? "0")));
      return true;
    },
  },
];
