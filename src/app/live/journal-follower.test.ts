/** Goal: who stands by has taken every input once, in order, when its turn comes; and nothing but inputs. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import { JournalStore } from "../../adapters/journal/journal-store.ts";
import { instrumentTable } from "../../domain/instrument.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { executeInputText } from "../../engine/stage-text.ts";
import { JournalFollower } from "./journal-follower.ts";

const RUN = "dfollow";
let folder: string;
let journal: JournalStore;
let taken: number[];
let follower: JournalFollower;

beforeEach(() => {
  folder = scratchFolder("follower");
  const path = join(folder, "journal.db");
  journal = new JournalStore(path);
  journal.openRun({ run: RUN, startedAt: "2026-11-18T14:00:00Z", header: "{}" });
  taken = [];
  const take = ({ now }: { readonly now: { readonly mono: number } }) => void taken.push(now.mono);
  follower = new JournalFollower({ path, run: RUN, instruments: instrumentTable(["ACME"]), take });
});
afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true, force: true });
});

function write(from: number, to: number): void {
  for (let n = from; n < to; n++) {
    const at = (1_795_000_000_000_000 + n) as EpochMicros;
    const payload = executeInputText({ kind: "time", now: { at, mono: n } });
    const note = { kind: "entry", part: "note", at, payload: "event nothing" } as const;
    journal.write([[{ kind: "entry", part: "input", at, payload }, note]]);
  }
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, k) => k);

it("takes what is there, then what came since, each once", () => {
  write(0, 5);
  follower.catchUp();
  expect(taken).toEqual(upTo(5));
  follower.catchUp();
  write(5, 7);
  follower.catchUp();
  expect([taken, follower.inputs]).toEqual([upTo(7), 7]);
});

it("follows until its turn, and is at the end with one more look", async () => {
  const turn = Promise.withResolvers<void>();
  write(0, 3);
  const followed = follower.followUntil(turn.promise, 1);
  expect(taken).toEqual(upTo(3));
  write(3, 9);
  turn.resolve();
  await followed;
  follower.catchUp();
  expect(taken).toEqual(upTo(9));
});

it("ends with an error where the journal cannot be read, and not in silence", async () => {
  const broken = new JournalFollower({
    path: join(folder, "none", "journal.db"),
    run: RUN,
    instruments: instrumentTable(["ACME"]),
    take: () => undefined,
  });
  await expect(broken.followUntil(Promise.withResolvers<void>().promise, 1)).rejects.toThrow(/journal/);
});
