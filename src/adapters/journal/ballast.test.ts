import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { BALLAST_BYTES, Ballast, dropBallast } from "./ballast.ts";
import { JournalReader } from "./journal-reader.ts";
import { type CommitPoint, JournalStore } from "./journal-store.ts";
import type { JournalRow } from "./journal-terms.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = scratchFolder("plimsoll-ballast-");
  path = join(folder, "ballast");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ROOM = 10 * BALLAST_BYTES;

describe("the ballast", () => {
  it("is made where there is room, once, of bytes that take their place on any disk", async () => {
    const ballast = new Ballast(path);
    expect(await ballast.look(ROOM - 1)).toBeUndefined();
    expect(ballast.isKept).toBe(false);
    expect(await Promise.all([ballast.look(ROOM), ballast.look(ROOM)])).toEqual(["made", undefined]);
    expect(statSync(path).size).toBe(BALLAST_BYTES);
    expect(gzipSync(readFileSync(path).subarray(0, 100_000)).length).toBeGreaterThan(99_000);
    expect(await ballast.look(ROOM)).toBeUndefined();
  });

  it("goes when nothing is left, is not made again before there is room, and then is", async () => {
    const ballast = new Ballast(path, 4096);
    await ballast.look(1e9);
    expect(await ballast.look((1 << 20) - 1)).toBe("gone");
    expect(existsSync(path)).toBe(false);
    expect(await ballast.look(0)).toBeUndefined();
    expect(await ballast.look(40_959)).toBeUndefined();
    expect(await ballast.look(Number.NaN)).toBeUndefined();
    expect(await ballast.look(1e9)).toBe("made");
  });

  it("that another process took is told once, before it is made again", async () => {
    const ballast = new Ballast(path, 4096);
    writeFileSync(path, "of an earlier life");
    expect(await ballast.look(1e9)).toBeUndefined();
    dropBallast(path);
    expect(await ballast.look(1e9)).toBe("gone");
    expect(await ballast.look(1e9)).toBe("made");
  });

  it("that cannot be made leaves nothing behind and is tried again", async () => {
    const ballast = new Ballast(join(folder, "later", "ballast"), 4096);
    expect(await ballast.look(1e9)).toBeUndefined();
    expect(dropBallast(ballast.path)).toBe(false);
    await new Ballast(path, 4096).look(1e9);
    expect(ballast.isKept).toBe(false);
  });
});

describe("a write for which the disk has no room", () => {
  const at = 1_790_000_000_000_000 as EpochMicros;
  const entry = (payload: string): JournalRow => ({ kind: "entry", part: "input", at, payload });
  const full = (): Error => Object.assign(new Error("database or disk is full"), { errcode: 13 });

  /** Refuses the commits at those places of the run, from 0. */
  function store(refused: readonly number[], error = full) {
    writeFileSync(path, "ballast");
    let commits = 0;
    const reached = (point: CommitPoint): void => {
      if (point !== "before-commit") return;
      commits += 1;
      if (refused.includes(commits - 1)) throw error();
    };
    const file = join(folder, "db", "journal.db");
    const made = new JournalStore(file, reached, () => dropBallast(path));
    made.openRun({ run: "r1", startedAt: "2026-11-18T14:30:00Z", header: "{}" });
    return { made, file };
  }

  function payloads(file: string): { readonly texts: string[]; readonly brokenAt: unknown } {
    const reader = new JournalReader(file);
    try {
      const texts = [...reader.entries("r1")].map(({ payload }) => String(payload));
      return { texts, brokenAt: reader.verify().brokenAt };
    } finally {
      reader.close();
    }
  }

  it("is written once the ballast is gone, whole, and the chain of hashes holds", () => {
    const { made, file } = store([1]);
    made.write([[entry("a")], [entry("b"), entry("c")]]);
    made.write([[entry("d")], [entry("e")]]);
    expect(existsSync(path)).toBe(false);
    expect(made.sequence).toBe(5);
    made.write([[entry("f")]]);
    made.close();
    expect(payloads(file)).toEqual({ texts: ["a", "b", "c", "d", "e", "f"], brokenAt: null });
  });

  it("fails where the ballast has gone before, and for any other error leaves it where it is", () => {
    const { made } = store([0, 1]);
    expect(() => made.write([[entry("a")]])).toThrow(/disk is full/);
    expect(existsSync(path)).toBe(false);
    made.close();
    rmSync(join(folder, "db"), { recursive: true });
    const other = store([0], () => Object.assign(new Error("disk I/O error"), { errcode: 1034 }));
    expect(() => other.made.write([[entry("a")]])).toThrow(/I\/O/);
    expect(existsSync(path)).toBe(true);
    other.made.close();
  });
});
