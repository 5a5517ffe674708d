/**
 * Goal: an execute that its supervisor starts in safe hold enters nothing until an operator has looked (C-54).
 * Method: the process itself with SAFE_START=1 and without, over a run whose broker nobody serves, and what its journal
 * says then; and the stage that is told the same, before and after an operator's word.
 */
import { rmSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { safeStart } from "../src/app/live/entry-locks.ts";
import type { ExecuteWord } from "../src/engine/live-execute.ts";
import { claimsTold, MORNING, startOnce, writeRun } from "./execute-start.ts";
import { liveSession } from "./live-session.ts";
import { scratchFolder } from "./scratch-folder.ts";

let root: string;
beforeEach(() => {
  root = scratchFolder("safe-start-");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function claimsAfterStart(env: Readonly<Record<string, string>>): Promise<string[]> {
  writeRun(root);
  await startOnce(root, env);
  return claimsTold(root).map(({ source }) => source);
}

it("a start with SAFE_START=1 bars entries before anything else is heard", async () => {
  expect(await claimsAfterStart({ SAFE_START: "1" })).toContain("crash_loop");
}, 15_000);

it("a start without it bars nothing by that name", async () => {
  expect(await claimsAfterStart({})).not.toContain("crash_loop");
}, 15_000);

it("what it bars is barred until an operator resumes, and by nothing else", () => {
  const live = liveSession().again();
  const { authorities } = live.stage;
  const at = MORNING;
  const held = () => authorities.find("circuit_breakers", "crash_loop");
  const hears = (word: ExecuteWord): void => {
    live.step({ ...word, now: { at, mono: 1 } });
    for (const list of Object.values(live.output) as unknown[][]) list.length = 0;
  };
  const claim = safeStart({ SAFE_START: "1" });
  expect(safeStart({})).toBeUndefined();
  expect(authorities.allowsEntries()).toBe(true);
  hears({ kind: "event", event: { kind: "ClaimChanged", at, ...(claim && { claim }) } });
  expect(held()).toMatchObject({ level: "NO_NEW_ENTRIES", liftedBy: "operator" });
  expect(authorities.allowsEntries()).toBe(false);
  hears({ kind: "time" });
  hears({ kind: "event", event: { kind: "OperatorActed", at, action: "pause", by: "ana", reason: "wait" } });
  expect(held()).toBeDefined();
  hears({
    kind: "event",
    event: { kind: "OperatorActed", at, action: "resume", by: "ana", reason: "looked" },
  });
  expect(held()).toBeUndefined();
  expect(authorities.allowsEntries()).toBe(true);
});
