/** Goal: help is about what was asked, has an example at every level, and names a word that is no command. */
import { describe, expect, it } from "vitest";
import { runLine } from "../../test/run-line.ts";

const words = (line: string) => line.split(" ").filter((word) => word !== "");

describe("an unknown command is named, with what there is instead", () => {
  it.each([
    ["help bogus", "unknown command 'bogus'; there are start, reset, exchange, backtest"],
    ["bogus --help", "unknown command 'bogus'; there are start"],
    ["strategy make --help", "unknown command 'make' of strategy; there are ls, new"],
    ["config explain -h", "unknown command 'explain' of config; there are show"],
    ["help config explain", "unknown command 'explain' of config; there are show"],
    ["data help imprt", "unknown command 'imprt' of data; there are import, ls"],
    ["--json data snapshot take --help", "unknown command 'take' of snapshot; there are create, ls"],
  ])("%s", async (line, says) => {
    const { code, err, out } = await runLine(words(line));
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/^plimsoll: [^\n]*\n$/);
    expect(err).toContain(says);
  });
});

describe("help", () => {
  it.each(["", "data", "data snapshot", "features", "stats", "strategy", "config", "journal", "backtest"])(
    "of %s has an example, by either word for help",
    async (line) => {
      const [asked, about] = [
        await runLine([...words(line), "--help"]),
        await runLine(words(`help ${line}`)),
      ];
      expect([asked.code, asked.err]).toEqual([0, ""]);
      expect(asked.out).toMatch(new RegExp(`^Usage: plimsoll ${line}`));
      expect(asked.out).toMatch(/Example:\s+plimsoll \w/);
      expect(about).toEqual(asked);
    },
  );

  it.each(["data", "data snapshot"])("%s named alone is one line, with no example below", async (line) => {
    const { code, err, out } = await runLine(words(line));
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(new RegExp(`^plimsoll: ${line} is a group of commands; name one: [^\n]*\n$`));
  });

  it("a file may be called help: it is an argument like any other", async () => {
    const { err } = await runLine(words("data import help --timeframe 1d --adjustment raw"));
    expect(err).toContain("help: no such file");
  });
});

it("--version is the version", async () => {
  const { code, out } = await runLine(["--version"]);
  expect(code).toBe(0);
  expect(out).toBe((await runLine(["version"])).out);
  expect(JSON.parse((await runLine(["--json", "--version"])).out)).toHaveProperty("plimsoll");
});
