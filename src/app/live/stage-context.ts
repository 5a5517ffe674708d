/** What every process of a run has: its terms, the two clocks, a log, and an orderly end. */
import type { Hello } from "../../adapters/bus/bus-terms.ts";
import type { Clock } from "../../adapters/net/ports.ts";
import { RealClock } from "../../adapters/net/real-clock.ts";
import { InputError } from "../../domain/assert.ts";
import { type InstrumentTable, instrumentTable } from "../../domain/instrument.ts";
import type { Instants } from "../../execution/lifecycle/words.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { ExchangeClock } from "../../market/exchange-clock.ts";
import type { TakeOver } from "../../ops/spawn-child.ts";
import { endingLine } from "./ending-line.ts";
import { noParent, type ParentLine, parentLine } from "./parent-line.ts";
import {
  type RunPlaces,
  type RunTerms,
  readRunTerms,
  requireOwnBuild,
  runPlaces,
  termsHash,
} from "./run-terms.ts";
import { type StageLog, stageLog } from "./stage-log.ts";

export interface StageContext {
  readonly role: string;
  readonly terms: RunTerms;
  readonly places: RunPlaces;
  readonly instruments: InstrumentTable;
  readonly clock: Clock;
  readonly exchange: ExchangeClock;
  readonly log: StageLog;
  /** Of a process that stands by: resolves when it takes the place of the one that ended. Undefined: it is no such. */
  readonly turn: Promise<void> | undefined;
  readonly parent: ParentLine;
  /** Both clocks, now. */
  now(): Instants;
  hello(resumeFrom: number): Hello;
}

/** Reads the run's terms from its root. Throws InputError when there is no run or other code began it. */
export function stageContext(
  role: string,
  root: string,
  turn?: Promise<void>,
  parent: ParentLine = noParent,
): StageContext {
  const places = runPlaces(root);
  const terms = readRunTerms(places);
  if (terms === undefined)
    throw new InputError(`${places.terms}: there is no run here; start one with: plimsoll start`, 1);
  requireOwnBuild(terms);
  const exchange = new ExchangeClock(terms.clock, xnysSessions());
  const config = termsHash(terms);
  const clock = new RealClock();
  return {
    role,
    terms,
    places,
    instruments: instrumentTable(terms.symbols),
    clock,
    exchange,
    log: stageLog(role),
    turn,
    parent,
    now: () => ({ at: exchange.exchangeAt(Date.now()), mono: clock.now() }),
    hello: (resumeFrom) => ({
      role,
      build: terms.build,
      config,
      run: terms.run,
      pid: process.pid,
      resumeFrom,
    }),
  };
}

/**
 * Runs a stage until it is told to end. `run` resolves to what ends it in good order; whatever it throws later ends the
 * process: a stage that does not know its own state must not go on (C-51, ASVS 16.5.4).
 */
export async function stageMain(
  role: string,
  run: (context: StageContext) => Promise<() => Promise<void>>,
): Promise<void> {
  const log = stageLog(role);
  let hasBegun = false;
  const die = (what: string) => (error: unknown) => {
    log("critical", endingLine(what, error, hasBegun));
    process.exit(error instanceof InputError ? error.exitCode : 70);
  };
  process.on("uncaughtException", die("broke"));
  process.on("unhandledRejection", die("broke"));
  // Files and sockets of a run are its user's alone, wherever the root lies.
  process.umask(0o077);
  const turn = process.env.STANDBY === "1" ? ownTurn() : undefined;
  const stop = await run(stageContext(role, process.argv[2] ?? "", turn, parentLine()));
  hasBegun = true;
  const end = () => {
    void stop().then(() => process.exit(0), die("could not end in good order"));
  };
  process.once("SIGTERM", end);
  process.once("SIGINT", () => undefined);
  process.once("disconnect", end);
  // Who started it may have died while it began.
  if (process.send !== undefined && !process.connected) end();
  process.send?.("ready", undefined, undefined, () => undefined);
}

/** Until then it holds nothing: it ends as soon as nobody is there to call it. */
function ownTurn(): Promise<void> {
  return new Promise((resolve) => {
    const orphaned = () => process.exit(0);
    process.once("disconnect", orphaned);
    const told = (message: unknown): void => {
      const { takeOver } = message as Partial<TakeOver>;
      if (takeOver === undefined) return;
      process.off("message", told);
      process.off("disconnect", orphaned);
      for (const [name, value] of Object.entries(takeOver))
        if (value === null) delete process.env[name];
        else process.env[name] = value;
      resolve();
    };
    process.on("message", told);
  });
}
