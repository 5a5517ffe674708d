/**
 * Replay: the recorded events through a fresh engine; its commands must be the recorded ones, byte for byte
 * (EN-1, I-25). Restart, crash recovery and audit are this same path. A record that was altered proves
 * nothing, so its chain is walked first.
 */
import { join } from "node:path";
import { RunJournal } from "../adapters/run-journal.ts";
import { InputError } from "../domain/assert.ts";
import { eventAt } from "../domain/events.ts";
import { type DayNumber, isoDate, parseIsoDate } from "../domain/time.ts";
import { commandText, parseEvent } from "../engine/event-text.ts";
import { xnysSessions } from "../market/calendar.ts";
import { newYorkDay } from "../market/us-eastern.ts";
import { createSyntheticMarket } from "../sim/synthetic-market.ts";
import { strategies } from "../strategies/registry.ts";
import type { Config } from "./config.ts";
import { buildLoop } from "./engine-run.ts";
import { warmOn } from "./run-history.ts";

/** What stands at the head of a recorded run: the setup, and where the warm-up came from. */
interface DemoHeader {
  readonly config: Config;
  readonly strategyIds: readonly string[];
  readonly cash: number;
  readonly warmup: { readonly seed: number; readonly firstSession: string; readonly sessions: number };
}

export interface ReplayResult {
  readonly run: number;
  readonly events: number;
  readonly commands: number;
  /** False also when the record is not what was written: then nothing was replayed. */
  readonly identical: boolean;
  /** First entry that is not what was written; null when the chain holds. */
  readonly alteredAt: number | null;
  /** Entry where the commands part, and both texts; entry -1 is the end of the record. */
  readonly firstDifference: {
    readonly entry: number;
    readonly recorded: string | null;
    readonly replayed: string | null;
  } | null;
}

export interface ReplayRequest {
  /** Folder that holds `db/journal.db`. */
  readonly root: string;
  /** Only entries of this session are counted; what came before is replayed all the same. */
  readonly date: DayNumber | undefined;
}

export function replayJournal({ root, date }: ReplayRequest): ReplayResult {
  const store = new RunJournal(join(root, "db", "journal.db"));
  try {
    const found = store.findRun();
    if (found === undefined)
      throw new InputError(`journal: ${root} holds no run yet; start one with: plimsoll start`, 1);
    const { brokenAt } = store.verifyRun(found.run);
    if (brokenAt !== null) {
      return {
        run: found.run,
        events: 0,
        commands: 0,
        identical: false,
        alteredAt: brokenAt,
        firstDifference: null,
      };
    }
    const result = replay(store, found.run, JSON.parse(found.header) as DemoHeader, date);
    if (date !== undefined && result.events === 0) {
      throw new InputError(`--date ${isoDate(date)}: run ${found.run} has no entry on that day`, 1);
    }
    return result;
  } finally {
    store.close();
  }
}

function replay(
  store: RunJournal,
  run: number,
  header: DemoHeader,
  date: DayNumber | undefined,
): ReplayResult {
  const { config, strategyIds, cash, warmup } = header;
  const firstSession = parseIsoDate(warmup.firstSession) as DayNumber;
  const market = createSyntheticMarket({ seed: warmup.seed, firstSession });
  const setup = {
    config,
    strategyIds,
    sessions: xnysSessions(),
    cash,
    columns: { timeframe: "1m" as const, instruments: market.instruments },
  };
  const { loop } = buildLoop(setup, strategies);
  // What the venue did is in the journal.
  const history = { columns: market.history(warmup.sessions), actions: [] };
  warmOn(history, market, loop, { events: [], match: () => undefined });

  let events = 0;
  let commands = 0;
  let counts = true;
  let expected: string[] = [];
  for (const entry of store.entries(run)) {
    if (entry.part === "event") {
      if (expected.length > 0)
        return parted(run, events, commands, entry.position, null, expected[0] ?? null);
      const event = parseEvent(entry.payload, market.instruments);
      counts = date === undefined || newYorkDay(eventAt(event)) === date;
      if (counts) events += 1;
      loop.step(event);
      expected = loop.commands.map(commandText);
      loop.commands.length = 0;
      continue;
    }
    const replayed = expected.shift() ?? null;
    if (counts) commands += 1;
    if (replayed !== entry.payload)
      return parted(run, events, commands, entry.position, entry.payload, replayed);
  }
  if (expected.length > 0) return parted(run, events, commands, -1, null, expected[0] ?? null);
  return { run, events, commands, identical: true, alteredAt: null, firstDifference: null };
}

function parted(
  run: number,
  events: number,
  commands: number,
  entry: number,
  recorded: string | null,
  replayed: string | null,
): ReplayResult {
  const firstDifference = { entry, recorded, replayed };
  return { run, events, commands, identical: false, alteredAt: null, firstDifference };
}
