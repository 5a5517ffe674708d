/**
 * Goal    a record that is being written is not found broken: the nightly check walks it beside a system that runs.
 * Method  a process that writes as fast as it can, and its journal verified again and again meanwhile.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, it } from "vitest";
import { JournalReader } from "../src/adapters/journal/journal-reader.ts";
import { scratchFolder } from "./scratch-folder.ts";

it("a journal is whole at every moment at which somebody walks it", async () => {
  const path = join(scratchFolder("verify-while"), "journal.db");
  const writer = fork(new URL("./journal-writer.ts", import.meta.url), [path, "dtest"]);
  try {
    await once(writer, "message");
    const counts: number[] = [];
    // On a busy machine the writer may have had no turn yet.
    while (counts.length < 8 || counts.at(-1) === counts[0]) {
      const reader = new JournalReader(path);
      const { entries, brokenAt } = reader.verify();
      expect(brokenAt).toBeNull();
      expect(reader.verifyRun("dtest").brokenAt).toBeNull();
      reader.close();
      counts.push(entries);
    }
    expect(counts.at(-1)).toBeGreaterThan(counts[0] ?? 0);
  } finally {
    writer.kill("SIGKILL");
  }
});
