/**
 * Goal: an execute that its supervisor starts in safe hold enters nothing until an operator has looked (C-54).
 * Method: the process itself with SAFE_START=1 and without, over a run whose broker nobody serves, and what its journal
 * says then; and the stage that is told the same, before and after an operator's word.
 */
import { fork } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { JournalReader } from "../src/adapters/journal/journal-reader.ts";
import { codeVersion } from "../src/app/code-version.ts";
import { safeStart } from "../src/app/live/entry-locks.ts";
import { writeHistory } from "../src/app/live/history-file.ts";
import { executeJournal } from "../src/app/live/ledger-process.ts";
import { type RunTerms, runPlaces, writeRunTerms } from "../src/app/live/run-terms.ts";
import { dayNumber, type EpochMicros } from "../src/domain/time.ts";
import type { ExecuteWord } from "../src/engine/live-execute.ts";
import { sessionOn } from "../src/market/calendar.ts";
import { history, liveSession, terms } from "./live-session.ts";
import { scratchFolder } from "./scratch-folder.ts";

let root: string;
beforeEach(() => {
  root = scratchFolder("safe-start-");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const MORNING = ((sessionOn(dayNumber(2026, 11, 18))?.open ?? 0) + 3_600_000_000) as EpochMicros;
/** Nobody listens there. */
const NOBODY = "127.0.0.1:9";
const hosts = {
  ...{ trading: `http://${NOBODY}`, tradingStream: `ws://${NOBODY}/stream` },
  ...{ data: `http://${NOBODY}`, stream: `ws://${NOBODY}/v2/iex` },
};

/** The sources of the claims that its journal has when it is ready. */
async function claimsAfterStart(env: Readonly<Record<string, string>>): Promise<string[]> {
  for (const folder of ["run", "db", "killswitch"]) mkdirSync(join(root, folder), { recursive: true });
  const run: RunTerms = {
    ...{ ...terms, build: codeVersion(), hosts, killSwitch: join(root, "killswitch") },
    clock: {
      machineMs: Date.now(),
      exchangeAt: MORNING,
      speed: 1,
      skipsClosedHours: false,
    },
    history: {
      file: "history.json",
      sha256: writeHistory(join(root, "run", "history.json"), history),
      bars: history.open.length,
    },
  };
  writeRunTerms(runPlaces(root), run);
  const child = fork(join(import.meta.dirname, "../src/app/live/execute-main.ts"), [root], {
    env: { PATH: process.env.PATH, ALPACA_API_KEY: "TWIN", ALPACA_SECRET_KEY: "s", ...env },
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  try {
    await Promise.race([
      new Promise((resolve) => child.once("message", resolve)),
      ended.then(() => Promise.reject(new Error("execute ended before it was ready"))),
    ]);
    child.kill("SIGTERM");
    await ended;
  } finally {
    child.kill("SIGKILL");
  }
  const reader = new JournalReader(executeJournal(root));
  try {
    return [...reader.entries(run.run)]
      .filter(({ part }) => part === "input")
      .flatMap(({ payload }) => /"source":"(\w+)"/.exec(String(payload))?.[1] ?? []);
  } finally {
    reader.close();
  }
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
