/** A run on disk whose broker nobody serves, and execute started on it as its supervisor would, until it is ready. */
import { fork } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { JournalReader } from "../src/adapters/journal/journal-reader.ts";
import { codeVersion } from "../src/app/code-version.ts";
import { writeHistory } from "../src/app/live/history-file.ts";
import { executeJournal } from "../src/app/live/ledger-process.ts";
import { type RunTerms, runPlaces, writeRunTerms } from "../src/app/live/run-terms.ts";
import { dayNumber, type EpochMicros } from "../src/domain/time.ts";
import { parseExecuteInput } from "../src/engine/stage-text.ts";
import { sessionOn } from "../src/market/calendar.ts";
import { history, instruments, terms } from "./live-session.ts";

export const MORNING = ((sessionOn(dayNumber(2026, 11, 18))?.open ?? 0) + 3_600_000_000) as EpochMicros;
/** Nobody listens there. */
const NOBODY = "127.0.0.1:9";
const hosts = {
  ...{ trading: `http://${NOBODY}`, tradingStream: `ws://${NOBODY}/stream` },
  ...{ data: `http://${NOBODY}`, stream: `ws://${NOBODY}/v2/iex` },
};

/** The run's terms and its history. */
export function writeRun(root: string): void {
  for (const folder of ["run", "db", "killswitch"]) mkdirSync(join(root, folder), { recursive: true });
  const run: RunTerms = {
    ...{ ...terms, build: codeVersion(), hosts, killSwitch: join(root, "killswitch") },
    clock: { machineMs: Date.now(), exchangeAt: MORNING, speed: 1, skipsClosedHours: false },
    history: {
      file: "history.json",
      sha256: writeHistory(join(root, "run", "history.json"), history),
      bars: history.open.length,
    },
  };
  writeRunTerms(runPlaces(root), run);
}

/** Resolves when it was ready and has ended in good order. */
export async function startOnce(root: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
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
}

/** Of the run's journal. */
export function reading<Result>(root: string, work: (reader: JournalReader) => Result): Result {
  const reader = new JournalReader(executeJournal(root));
  try {
    return work(reader);
  } finally {
    reader.close();
  }
}

/** The claims that its journal has, in their order: source and reason. */
export const claimsTold = (root: string): { readonly source: string; readonly reason: string }[] =>
  reading(root, (reader) =>
    [...reader.entries(terms.run)]
      .filter(({ part }) => part === "input")
      .flatMap(({ payload }) => {
        const input = parseExecuteInput(String(payload), instruments);
        if (input.kind !== "event" || input.event.kind !== "ClaimChanged") return [];
        return input.event.claim === undefined ? [] : [input.event.claim];
      }),
  );
