/**
 * Goal    positions on paper come back with a restart, and know nothing that is not in the record (EN-1, I-25).
 * Method  a strategy that Kelly stops and lets go on again, over random markets with splits and dividends. Its record
 *         is read back as text, bar by bar, by a fresh engine: no bar of the text knows the next one. After each event
 *         both are in the same state, on paper as with money.
 */
import { describe, expect, it } from "vitest";
import type { BarColumns } from "../src/domain/bars.ts";
import { actionInstant } from "../src/domain/corporate-action.ts";
import type { CorporateActionEvent, EngineEvent } from "../src/domain/events.ts";
import type { InstrumentId } from "../src/domain/instrument.ts";
import type { DayNumber } from "../src/domain/time.ts";
import { commandText, eventText, parseEvent } from "../src/engine/event-text.ts";
import { nullJournal } from "../src/engine/null-journal.ts";
import type { SingleLoop } from "../src/engine/single-loop.ts";
import { stateDigest } from "../src/sim/storm/state-digest.ts";
import { type LoopParts, noisyStrategy, randomWorld, runWorld, testLoop } from "./engine-world.ts";

const INSTRUMENTS = 3;
/** Quick to judge and quick to forgive: the verdict changes many times. */
const kelly = { minTrades: 3, window: 6, quantile: 0.5, prior: 0.5, winsor: 0 };

/** The state, what Kelly knows, and what the strategy sees itself hold. */
function stateOf(loop: SingleLoop): string {
  const entries = Array.from({ length: INSTRUMENTS }, (_, i) =>
    loop.compute.averageEntry(0, i as InstrumentId),
  );
  return JSON.stringify([stateDigest(loop, 1, INSTRUMENTS), loop.compute.judgedBy(0), entries]);
}

const isOnPaper = ({ compute, execute }: SingleLoop, i: InstrumentId) =>
  compute.shares(0, i) !== 0 && execute.lots.shares(0, i) === 0;

/** A record of bars does not say how long they are: the run they are played to knows. */
function recorded(text: string, { instruments, timeframe }: BarColumns): EngineEvent {
  const event = parseEvent(text, instruments);
  if (event.kind !== "BarsClosed") return event;
  return { ...event, bars: { ...event.bars, columns: { ...event.bars.columns, timeframe } } };
}

describe.each([1, 3, 5, 7])("seed %d", (seed) => {
  it.each([
    ["1d", 160],
    ["1m", 4],
  ] as const)("%s bars: the record gives the same positions on paper at every event", (timeframe, days) => {
    const volatility = 0.012;
    const world = randomWorld({
      seed,
      timeframe,
      instruments: INSTRUMENTS,
      sessions: days,
      minutes: 60,
      volatility,
      volume: 1e6,
    });
    const { sessions, columns } = world;
    const actions = Array.from(sessions.date).flatMap((date, session): CorporateActionEvent[] => {
      const [at, instrument] = [actionInstant(date as DayNumber), (session % 3) as InstrumentId];
      if (session % 11 === 2) return [{ kind: "SharesSplit", at, instrument, newShares: 3, oldShares: 2 }];
      if (session % 3 === 1)
        return [{ kind: "DividendPaid", at, instrument, perShare: 0.5, isSpinOff: false }];
      return [];
    });
    const strategy = { ...noisyStrategy(seed), sizing: "fixed_risk" as const };
    const parts: LoopParts = { world, strategies: [strategy], actions, kelly };

    const events: string[] = [];
    const commands: string[] = [];
    const states: string[] = [];
    let [heldOnPaper, splitOnPaper] = [0, 0];
    const last = runWorld({
      ...parts,
      journal: {
        ...nullJournal,
        event: (event) => events.push(eventText(event)),
        command: (command) => commands.push(commandText(command)),
      },
      around: (loop) => ({
        commands: loop.commands,
        step(event: EngineEvent) {
          if (event.kind === "SharesSplit" && isOnPaper(loop, event.instrument)) splitOnPaper += 1;
          loop.step(event);
          for (let i = 0; i < INSTRUMENTS; i++) if (isOnPaper(loop, i as InstrumentId)) heldOnPaper += 1;
          states.push(stateOf(loop));
        },
      }),
    });

    const again = testLoop(parts);
    const replayed: string[] = [];
    for (const [n, text] of events.entries()) {
      again.step(recorded(text, columns));
      replayed.push(...again.commands.map(commandText));
      again.commands.length = 0;
      expect(stateOf(again), `event ${n}: ${text.slice(0, 80)}`).toBe(states[n]);
    }
    expect(replayed).toEqual(commands);

    // The market has to reach its subject: money and paper took turns, and a split met a position on paper.
    expect(last.compute.judgedBy(0)?.paperTrades).toBeGreaterThan(5);
    expect(last.execute.trades.length).toBeGreaterThan(5);
    expect(heldOnPaper).toBeGreaterThan(20);
    if (timeframe === "1d") expect(splitOnPaper).toBeGreaterThan(0);
  });
});
