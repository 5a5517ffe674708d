/**
 * Goal    a live run lets no new long through before it was told of its session, keeps what it was told through a
 *         restart, logs every change, and shows it; a morning's reading is that of a backtest (REGIME-1, REGIME-3).
 * Method  the execute stage of a run's terms behind the operators' door, replayed from its own lines; the task over
 *         ports; a lake of closes.
 */
import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { terms as demoTerms } from "../../../test/live-session.ts";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import { fakeWorld } from "../../../test/task-context-fake.ts";
import type { EngineEvent } from "../../domain/events.ts";
import { instrumentTable } from "../../domain/instrument.ts";
import type { RegimeReading } from "../../domain/regime-reading.ts";
import { type DayNumber, type EpochMicros, parseIsoDate } from "../../domain/time.ts";
import { executeInputText, parseExecuteInput } from "../../engine/stage-text.ts";
import { sessionReadings } from "../../learn/regime/session-readings.ts";
import { sessionOn } from "../../market/calendar.ts";
import { loadConfig } from "../config.ts";
import { buildExecute, lifecycleOf } from "../live/build-execute.ts";
import { ControlDesk, type ControlParts } from "../live/control-desk.ts";
import type { LedgerNames } from "../live/ledger-names.ts";
import { regimeChanges } from "../live/ledger-regime.ts";
import type { RunTerms } from "../live/run-terms.ts";
import { statusOf } from "../live/status-answer.ts";
import { loadRegimeDetector } from "../orchestrator/tasks/load-regime-detector.ts";
import { liveReading } from "./live-reading.ts";
import { readingParams } from "./regime-params.ts";
import { regimeLine } from "./regime-words.ts";
import { syntheticDays } from "./synthetic-days.ts";

const day = parseIsoDate("2026-11-24") as DayNumber;
const { open } = sessionOn(day)!;
const config = loadConfig();
const terms: RunTerms = { ...demoTerms, mode: "paper", config, regime: { from: "lake" } };
const bull: RegimeReading = {
  ...{ session: day, bull: 0.9, neutral: 0.06, bear: 0.04, regime: "Bull", longScale: 1 },
  ...{ vix: 13.2, vixRegime: "calm", vixScale: 1.2 },
};

class World {
  readonly journal: string[] = [];
  readonly live;
  readonly #desk: ControlDesk;
  #now = { at: (open - 3 * 3600e6) as EpochMicros, mono: 0 };
  #asked = 0;

  constructor(of: RunTerms = terms) {
    this.live = buildExecute(of, lifecycleOf(of));
    this.#desk = new ControlDesk({
      context: {
        ...{ terms: of, instruments: instrumentTable(of.symbols), now: () => this.#now },
        ...{
          clock: { now: () => 0 },
          places: { root: "/nowhere", killSwitch: "/nowhere" },
          log: () => undefined,
        },
      },
      ...{
        driver: { live: this.live },
        audit: () => undefined,
        event: (event: EngineEvent) => this.say(event),
      },
      ...{ feed: () => undefined, verdict: () => undefined },
    } as unknown as ControlParts);
  }

  say(event: EngineEvent): void {
    const input = { kind: "event", event, now: this.#now } as const;
    this.journal.push(executeInputText(input));
    this.live.step(input);
  }

  time(at: number): void {
    this.#now = { at: at as EpochMicros, mono: 0 };
    this.say({ kind: "TimePassed", at: at as EpochMicros });
  }

  ask(words: object) {
    this.#asked += 1;
    return this.#desk.answer(JSON.stringify({ id: `r${this.#asked}`, ...words }));
  }

  tell(parts: Partial<RegimeReading> = {}) {
    return this.ask({ verb: "tellRegime", by: "orchestrator", reason: "x", reading: { ...bull, ...parts } });
  }

  get longs(): boolean {
    return this.live.stage.allowsEntries(0, true);
  }
}

describe("a paper run", () => {
  it("lets no new long through from the session's begin until it is told, and shorts all the time", () => {
    const world = new World();
    world.time(open + 60e6);
    expect([world.longs, world.live.stage.allowsEntries(0, false)]).toEqual([false, true]);
    expect(world.tell()).toMatchObject({ kind: "accepted" });
    expect([world.longs, world.live.stage.scalar]).toEqual([true, 1.2]);
    world.time(open + 25 * 3600e6);
    expect([world.longs, world.live.stage.scalar]).toEqual([false, 0.7]);
  });

  it("that is switched off, or a demo over files, is bound by none", () => {
    const { regime: _, ...unbound } = terms;
    const world = new World(unbound);
    world.time(open + 60e6);
    expect([world.longs, world.live.stage.regime]).toEqual([true, undefined]);
  });

  it("has the same claims, state and log after a restart in the middle of the day", () => {
    const world = new World();
    world.tell();
    world.time(open + 60e6);
    world.tell({ regime: "Bear", longScale: 0, bull: 0.04, bear: 0.9 });
    world.time(open + 7200e6);
    const again = buildExecute(terms, lifecycleOf(terms));
    for (const text of world.journal) again.step(parseExecuteInput(text, instrumentTable(terms.symbols)));
    expect(again.stage.saveRisk()).toEqual(world.live.stage.saveRisk());
    expect(again.stage.regime?.changes).toEqual(world.live.stage.regime?.changes);
    expect(again.stage.allowsEntries(0, true)).toBe(false);
  });

  it("shows what it was told, in status and in a line", () => {
    const world = new World();
    const shown = () => statusOf(world.ask({ verb: "status" }))!.regime;
    expect(regimeLine(shown())).toBe("unknown, no new longs: the regime detector has said nothing yet");
    world.tell();
    expect(shown()).toEqual({ told: bull, problem: null, isShadow: false, closesLongs: false });
    const line = "Bull for 2026-11-24 (Bull / Neutral / Bear 0.90 / 0.06 / 0.04), new longs may come";
    expect(regimeLine(shown())).toBe(`${line}; VIX 13.20 calm, sizes times 1.2`);
    expect(regimeLine(null)).toBe("no regime binds this run");
  });

  it("refuses a word that is none", () => {
    const world = new World();
    for (const reading of [
      {},
      { ...bull, longScale: "1" },
      { ...bull, more: 1 },
      { ...bull, regime: "Boom" },
      { ...bull, session: bull.session + 30 },
      { ...bull, session: Number.MAX_SAFE_INTEGER },
    ])
      expect(world.ask({ verb: "tellRegime", by: "x", reason: "x", reading })).toMatchObject({
        kind: "refused",
      });
    expect(world.journal).toEqual([]);
  });

  it("leaves one row of regime_log for each change, each with a key of its own", () => {
    const world = new World();
    world.time(open + 60e6);
    world.tell();
    world.tell();
    world.tell({ regime: "Neutral", longScale: 0, vix: 30, vixRegime: "elevated", vixScale: 0.7 });
    const log = world.live.stage.regime?.changes ?? [];
    const rows = regimeChanges({ run: "p1" } as LedgerNames, log, 0).map(
      (change) => (change as Extract<typeof change, { readonly kind: "put" }>).row,
    );
    expect(rows.map(({ vix_regime, previous_regime }) => [previous_regime, vix_regime])).toEqual([
      ...[
        [null, "none"],
        [null, "vix unknown"],
        [null, "Bull"],
        [null, "calm"],
      ],
      ...[
        ["Bull", "Neutral"],
        ["calm", "elevated"],
      ],
    ]);
    expect(new Set(rows.map(({ timestamp, vix_regime }) => `${timestamp} ${vix_regime}`)).size).toBe(
      rows.length,
    );
    expect(regimeChanges({ run: "p1" } as LedgerNames, log, rows.length)).toEqual([]);
  });
});

describe("load_regime_detector", () => {
  const run = async (regimeReading?: () => Promise<RegimeReading>) => {
    const world = fakeWorld();
    const context = regimeReading === undefined ? world.context : { ...world.context, regimeReading };
    const result = await loadRegimeDetector.run(context);
    return { result, told: world.asked.map(({ act }) => act), missing: loadRegimeDetector.missing(context) };
  };

  it("tells execute what the days before the session say", async () => {
    const { result, told } = await run(async () => bull);
    expect(result).toMatchObject({
      state: "done",
      text: expect.stringMatching(/^2026-11-24 is Bull: .*0\.900/),
    });
    expect(told).toEqual([{ verb: "tellRegime", reading: bull, reason: "the regime of 2026-11-24" }]);
  });

  it("fails with a cure where there are no days, and tells execute nothing: longs stay barred", async () => {
    const { result, told } = await run(async () => {
      throw new Error("SPY ends on 2026-11-01");
    });
    expect(result).toMatchObject({
      state: "failed",
      text: expect.stringMatching(/SPY ends.*no new long.*import/),
    });
    expect(told).toEqual([]);
  });

  it("tells of a model that does not speak, and fails", async () => {
    const silent = { ...bull, bull: null, neutral: null, bear: null, regime: null, longScale: 0 };
    const { result, told } = await run(async () => silent);
    expect([result.state, told.length]).toEqual(["failed", 1]);
  });

  it("is not there where no regime binds the run", async () => {
    expect((await run()).missing).toMatch(/no regime binds this run/);
  });
});

it("the demo's morning is made of its fund's past alone, and is what a later one says of that day", async () => {
  const past = { seed: 42, firstSession: parseIsoDate("2026-11-18") as DayNumber };
  const source = { from: "synthetic", seed: 42, firstSession: "2026-11-18" } as const;
  const reading = await liveReading(config.regime, source, "/nowhere", day);
  const { readings } = sessionReadings(
    syntheticDays(past, (day + 7) as DayNumber),
    readingParams(config.regime),
  );
  expect(reading).toEqual(readings.find(({ session }) => session === day));
  expect(reading.regime).not.toBeNull();
});

it("a lake without the index is named, with the index", async () => {
  const folder = scratchFolder("plimsoll-no-lake-");
  const asked = liveReading(config.regime, { from: "lake" }, folder, day);
  await expect(asked).rejects.toThrow(/^no daily closes of SPY: /);
  rmSync(folder, { recursive: true, force: true });
});
