/** A process that writes entries to a run's journal until it is ended: what a backup has to live with. */
import { JournalStore } from "../src/adapters/journal/journal-store.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import { executeInputText } from "../src/engine/stage-text.ts";

const [path = "", run = ""] = process.argv.slice(2);
const journal = new JournalStore(path);
journal.openRun({ run, startedAt: "2026-11-18T14:00:00Z", header: "{}" });
const first = Date.parse("2026-11-20T21:30:00Z") * 1000;

function write(n: number): void {
  const at = (first + n) as EpochMicros;
  const payload = executeInputText({ kind: "time", now: { at, mono: n } });
  journal.write([[{ kind: "entry", part: "input", at, payload }]]);
  if (n === 0) process.send?.("writing");
  setImmediate(() => write(n + 1));
}
write(0);
