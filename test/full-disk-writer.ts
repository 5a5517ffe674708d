/** Fills the small disk that it is given and journals a closing on it; prints what came of it as JSON. */
import { closeSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { join } from "node:path";
import { BALLAST_BYTES, Ballast } from "../src/adapters/journal/ballast.ts";
import { JournalReader } from "../src/adapters/journal/journal-reader.ts";
import { LiveJournal } from "../src/adapters/journal/live-journal.ts";
import { JournalGuard } from "../src/app/live/journal-guard.ts";
import type { EpochMicros } from "../src/domain/time.ts";

const disk = process.argv[2] ?? "";
const path = join(disk, "db", "journal.db");
const filler = join(disk, "filler");
const ROOM = 10 * BALLAST_BYTES;
const said: string[] = [];

const freeBytes = (): number => {
  const { bavail, bsize } = statfsSync(disk);
  return bavail * bsize;
};

function fill(): void {
  const file = openSync(filler, "a");
  try {
    for (const piece of [Buffer.alloc(65_536, 1), Buffer.alloc(4096, 1)])
      try {
        for (;;) writeSync(file, piece);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      }
  } finally {
    closeSync(file);
  }
}

const ballast = new Ballast(join(disk, "db", "ballast"));
const journal = await LiveJournal.open({
  path,
  run: { run: "r1", startedAt: "2026-11-18T14:30:00Z", header: "{}" },
  ballast: ballast.path,
  onFull: () => said.push("full"),
  onFailed: (reason) => said.push(`failed: ${reason}`),
  nowMs: () => performance.now(),
});
const guard = new JournalGuard();
/** One transaction and one flush each, as a process that waits for its orders writes. */
const write = (n: number, bytes: number): Promise<void> =>
  journal.whenDurable(journal.append("input", n as EpochMicros, "x".repeat(bytes)));

await write(0, 10);
// As if the disk had the room of which it keeps a tenth.
const isMade = (await ballast.look(ROOM)) === "made";
const kept = isMade && ballast.isKept;
fill();
const free = freeBytes();
for (let n = 1; n <= 500; n += 1) await write(n, 1500);
const claim = guard.look(journal.health())?.claim?.reason;
const reader = new JournalReader(path);
const { entries: written, brokenAt } = reader.verify();
reader.close();
const ballastLeft = ballast.isKept;

rmSync(filler);
const gone = await ballast.look(ROOM);
const afterRoom = await ballast.look(ROOM);
journal.room(afterRoom === "made");
const lifted = guard.look(journal.health())?.lifted !== undefined;

fill();
let lasted = 0;
try {
  for (; lasted < 50_000; lasted += 1) await write(501 + lasted, 1500);
} catch {
  // The ballast is used up: what this test counts.
}
const { state } = journal.health();
const told = {
  gone,
  kept,
  freeBytes: free,
  claim,
  written,
  brokenAt,
  ballastLeft,
  afterRoom,
  lifted,
  lasted,
  state,
};
process.stdout.write(JSON.stringify({ ...told, said }));
process.exit(0);
