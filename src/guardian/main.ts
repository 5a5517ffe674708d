/**
 * The guardian as a process of its own: `node src/guardian/main.ts [terms.json]`, or with the terms in the variable
 * `GUARDIAN_TERMS`. Ends on SIGTERM and SIGINT; anything unexpected ends it too, with status 1, and the supervisor
 * starts it again: an open flatten goes on from the journal.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import process, { argv, env } from "node:process";
import { InputError } from "../domain/assert.ts";
import { BEAT_EVERY_MS } from "../domain/guardian-beat.ts";
import { xnysSessions } from "../market/calendar.ts";
import { ExchangeClock } from "../market/exchange-clock.ts";
import { BrokerClient } from "./broker-client.ts";
import { EngineLine } from "./engine-line.ts";
import { Guardian } from "./guardian.ts";
import { ask } from "./http.ts";
import { FileJournal, lastBase, openFlatten } from "./journal.ts";
import { isHaltAsked, LeaseFile, Outbox } from "./run-files.ts";
import { type GuardianTerms, keysFrom, parseTerms } from "./terms.ts";
import { tellVitals } from "./vitals.ts";

const DEAD_MAN_MS = 60_000;

function start(): void {
  process.umask(0o077);
  const terms = termsGiven();
  const keys = keysFrom(env);
  const outbox = new Outbox(terms.root, Date.now);
  const journal = new FileJournal(join(terms.root, "db", "guardian.jsonl"), (reason) => {
    const text = `the guardian's journal cannot be written: ${reason}`;
    outbox.tell({ severity: "critical", code: "journal-lost", key: "journal", text });
  });
  const clock = new ExchangeClock(terms.clock, xnysSessions());
  const guardian: Guardian = new Guardian(
    {
      broker: new BrokerClient(terms, keys),
      journal,
      alert: (alert) => outbox.tell(alert),
      now: () => performance.now(),
      exchangeNow: () => clock.exchangeAt(Date.now()),
      isHaltAsked: () => isHaltAsked(terms.root, terms.killSwitch),
      isAlive,
      lease: new LeaseFile(terms.root),
      send: (beat) => line.send(beat),
    },
    terms,
    { flatten: openFlatten(journal.lines), base: lastBase(journal.lines) },
  );
  const line = new EngineLine(terms.socketPath, (beat) => guardian.heard(beat));
  setInterval(() => void guardian.tick().catch(end), BEAT_EVERY_MS);
  tellVitals();
  // Where the broker itself is part of the system, nothing is left to guard when the system is gone.
  if (/^https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\])[:/]/.test(`${terms.apiUrl}/`))
    process.once("disconnect", () => process.exit(0));
  if (terms.deadManUrl !== undefined) keepDeadManQuiet(terms.deadManUrl);
}

/** C-62: silence calls people from outside. Who cannot be reached is no reason to stop. */
function keepDeadManQuiet(url: string): void {
  const ping = (): void => {
    ask({ method: "GET", url, headers: {}, deadlineMs: 10_000 }).catch(() => undefined);
  };
  ping();
  setInterval(ping, DEAD_MAN_MS);
}

function termsGiven(): GuardianTerms {
  const [path] = argv.slice(2);
  if (path !== undefined) return parseTerms(readFileSync(path, "utf8"), path);
  if (env.GUARDIAN_TERMS !== undefined) return parseTerms(env.GUARDIAN_TERMS, "GUARDIAN_TERMS");
  throw new InputError("the guardian has no terms: set GUARDIAN_TERMS to a JSON object, or name a file");
}

/** Signal 0 asks whether the process exists; one that may not be asked does. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function end(error: unknown): never {
  const text =
    error instanceof InputError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`guardian: ${text}\n`);
  process.exit(error instanceof InputError ? error.exitCode : 1);
}

for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => process.exit(0));
try {
  start();
} catch (error) {
  end(error);
}
