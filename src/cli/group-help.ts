/**
 * Help where commands are grouped: an example for each group, and one line for a command that is not there. The parser
 * alone answers `help bogus`, `help data import` and `strategy new --help` with a page about something else.
 */
import type { Command } from "commander";
import { InputError } from "../domain/assert.ts";

/** An example under the help of a group; nothing where the group was named alone, which is told as a mistake. */
export function example(line: string): (shown: { readonly error: boolean }) => string {
  return ({ error }) => (error ? "" : `\nExample: ${line}`);
}

/**
 * `words`, without the global options, such that the parser shows the help that was asked for. Throws InputError
 * (exit 2) naming the word that is no command.
 */
export function askedHelp(program: Command, words: readonly string[]): readonly string[] {
  if (words.some((word) => word === "help" || word === "--help" || word === "-h"))
    refuseUnknown(program, words);
  const isAbout = words[0] === "help" && words.length > 1;
  return isAbout ? [...words.slice(1), "--help"] : words;
}

function refuseUnknown(program: Command, words: readonly string[]): void {
  let command = program;
  for (const word of words) {
    if (word.startsWith("-") || command.commands.length === 0) return;
    if (word === "help") continue;
    const inner = command.commands.find((each) => each.name() === word);
    if (inner === undefined) throw unknown(command, program, word);
    command = inner;
  }
}

function unknown(group: Command, program: Command, word: string): InputError {
  const names = group.commands.map((each) => each.name()).join(", ");
  const where = group === program ? "" : ` of ${group.name()}`;
  return new InputError(`unknown command '${word.slice(0, 40)}'${where}; there are ${names}`);
}
