/** Goal: every process's lines are in the day's file, old days shrink and go, no disk trouble reaches a process. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { scratchFolder } from "../../test/scratch-folder.ts";
import { prepareCompileCache } from "./compile-cache.ts";
import { LINE_MAX, LineSplitter } from "./line-splitter.ts";
import { LogFile, logRecord } from "./log-file.ts";

let root: string;
let folder: string;
beforeEach(() => {
  root = scratchFolder("plimsoll-log-");
  folder = join(root, "logs");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const noon = (day: string) => Date.parse(`${day}T12:00:00Z`);

describe("the log file", () => {
  it("changes with the day; the day before is compressed, what is older than 90 days goes", async () => {
    mkdirSync(folder);
    for (const day of ["2026-08-22", "2026-08-23", "2026-11-19"]) {
      writeFileSync(join(folder, `plimsoll-${day}.log`), `${day}\n`);
    }
    writeFileSync(join(folder, "plimsoll-2026-08-20.log.gz"), "old");
    writeFileSync(join(folder, "plimsoll-2026-11-19.log.gz.unfinished"), "half");
    writeFileSync(join(folder, "somebody-elses.log"), "kept");
    let now = noon("2026-11-20");
    const log = new LogFile(folder, () => now);
    log.write("one");
    log.write("two");
    now = noon("2026-11-21");
    log.write("three");
    await log.close();
    expect(readdirSync(folder).toSorted()).toEqual([
      "plimsoll-2026-08-23.log.gz",
      "plimsoll-2026-11-19.log.gz",
      "plimsoll-2026-11-20.log.gz",
      "plimsoll-2026-11-21.log",
      "somebody-elses.log",
    ]);
    expect(String(gunzipSync(readFileSync(join(folder, "plimsoll-2026-11-20.log.gz"))))).toBe("one\ntwo\n");
    expect(readFileSync(join(folder, "plimsoll-2026-11-21.log"), "utf8")).toBe("three\n");
    expect(statSync(join(folder, "plimsoll-2026-11-21.log")).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "plimsoll-2026-11-20.log.gz")).mode & 0o777).toBe(0o600);
  });

  it("goes on behind what an earlier start wrote", async () => {
    for (const text of ["one", "two"]) {
      const log = new LogFile(folder, () => noon("2026-11-20"));
      log.write(text);
      await log.close();
    }
    expect(readFileSync(join(folder, "plimsoll-2026-11-20.log"), "utf8")).toBe("one\ntwo\n");
  });

  it("that cannot be written throws nothing, and says later how much was lost", async () => {
    writeFileSync(folder, "a file in the way");
    const log = new LogFile(folder, () => noon("2026-11-20"));
    log.write("lost");
    log.write("lost too");
    expect(log.lost).toBe(2);
    rmSync(folder);
    log.write("kept");
    await log.close();
    const [confession = "", kept] = readFileSync(join(folder, "plimsoll-2026-11-20.log"), "utf8").split("\n");
    expect(JSON.parse(confession)).toMatchObject({
      level: "WARNING",
      text: "2 lines of the log could not be written",
    });
    expect(kept).toBe("kept");
  });
});

it.each([
  ["plain words", { text: "plain words", level: "WARNING" }],
  [
    '{"level":"CRITICAL","text":"halted","process":"forged","at":"2026"}',
    { level: "CRITICAL", at: "2026", text: "halted" },
  ],
  ['{"level":"error","text":"in small letters"}', { level: "ERROR", text: "in small letters" }],
  ['{"level":30,"text":"a number"}', { level: "WARNING", text: "a number" }],
  ['{"half":', { text: '{"half":' }],
  ["[1,2]", { text: "[1,2]" }],
])("%s becomes a line that names its process", (text, fields) => {
  const line = logRecord("execute", "WARNING", text, noon("2026-11-20"));
  expect(line).toMatchObject({ at: "2026-11-20T12:00:00.000Z", ...fields, process: "execute" });
});

describe("lines", () => {
  it("are the same wherever the text is cut", () => {
    const word = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !/[\r\n]/.test(text));
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 3, maxLength: 20 }),
        fc.integer({ min: 1, max: 9 }),
        (words, step) => {
          const found: string[] = [];
          const splitter = new LineSplitter((line) => found.push(line));
          const text = words.join("\r\n");
          for (let at = 0; at < text.length; at += step) splitter.push(text.slice(at, at + step));
          splitter.end();
          expect(found).toEqual(words);
        },
      ),
    );
  });

  it("without an end are cut", () => {
    const found: number[] = [];
    const splitter = new LineSplitter((line) => found.push(line.length));
    for (let n = 0; n < 5; n++) splitter.push("x".repeat(40_000));
    splitter.end();
    expect(found).toEqual([LINE_MAX, LINE_MAX, LINE_MAX, 200_000 - 3 * LINE_MAX]);
  });
});

describe("the compile cache", () => {
  it("is used where it can be written, also the second time", () => {
    const cache = join(root, "cache");
    for (let n = 0; n < 2; n++) {
      expect(prepareCompileCache(cache)).toEqual({ env: { NODE_COMPILE_CACHE: cache }, note: undefined });
    }
    expect(readdirSync(cache)).toEqual([]);
  });

  it.each([
    ["below a file", () => join(root, "file", "cache")],
    ["below /proc", () => "/proc/cache"],
    ["in a folder that is not there", () => join(root, "none", "cache")],
    ["where a file stands", () => join(root, "file")],
  ])("is not used %s, and says so", (_, place) => {
    writeFileSync(join(root, "file"), "");
    const { env, note } = prepareCompileCache(place());
    expect(env).toEqual({});
    expect(note).toMatch(/starts are slower: compiled code cannot be kept in/);
    expect(existsSync(join(root, "none"))).toBe(false);
  });
});
