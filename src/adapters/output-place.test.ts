/** Goal: where nothing can be written is known before the work, and trying it leaves nothing behind. */
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { InputError } from "../domain/assert.ts";
import { makeFolder } from "./durable-file.ts";
import { outputFile, outputFolder } from "./output-place.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-output-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "file"), "");
symlinkSync("loop", join(folder, "loop"));

describe("a place that takes files", () => {
  it("is given back as a full path, and nothing is made yet", () => {
    expect(outputFolder(join(folder, "a", "b"))).toBe(join(folder, "a", "b"));
    expect(outputFile(join(folder, "c", "d.csv"), "x.csv")).toBe(join(folder, "c", "d.csv"));
    expect(readdirSync(folder)).toEqual(["file", "loop"]);
  });

  it("an existing file is kept as it is", () => {
    expect(outputFile(join(folder, "file"), "x.csv")).toBe(join(folder, "file"));
    expect(existsSync(join(folder, "file"))).toBe(true);
  });
});

const places: readonly (readonly [string, string])[] = [
  ["a file where a folder is needed", join(folder, "file", "x")],
  ["below a file", join(folder, "file", "x", "y")],
  ["a link to itself", join(folder, "loop", "x")],
  ["a name too long", join(folder, "n".repeat(300), "x")],
];
const withoutFolders: typeof places = [["a file system without folders", "/proc/x/y"]];

describe.each([...places, ...(process.platform === "linux" ? withoutFolders : [])])("%s", (_, place) => {
  it("is refused with exit 2 and one line that names --out and the reason, and nothing is left", () => {
    for (const ask of [() => outputFolder(place), () => outputFile(place, "x.csv")]) {
      expect(ask).toThrow(InputError);
      expect(ask).toThrow(/^--out [^\n]+: cannot be written \([^\n]+\); give a place that can$/);
    }
    expect(readdirSync(folder)).toEqual(["file", "loop"]);
  });

  it("cannot be made into a folder either, which ends at once", () => {
    expect(() => makeFolder(place)).toThrow(InputError);
  });
});

it("a folder where a file is needed, and the other way round, are told with an example", () => {
  expect(() => outputFile(folder, "bars.csv")).toThrow(/is a folder; name a file, for example .*bars\.csv/);
  expect(() => outputFolder(join(folder, "file"))).toThrow(/is a file; give a folder/);
});
