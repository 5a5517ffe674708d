/**
 * Goal: a strategy that throws in a live run is disabled alone; its positions keep their stops, nobody else notices, an
 * operator's word alone brings it back, and a replay comes to the same (RELIABILITY 51). A backtest hides nothing.
 * Method: one synthetic session through both live stages over a venue of arithmetic; every message crosses text.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { engineConfigs } from "../src/app/engine-configs.ts";
import { computeDigest } from "../src/app/live/stage-digest.ts";
import { InputError, InvariantError } from "../src/domain/assert.ts";
import type { BarBatch } from "../src/domain/bars.ts";
import type { BrokerNews, RequestId } from "../src/domain/broker.ts";
import type { BrokerEvent, OperatorActed } from "../src/domain/events.ts";
import type { InstrumentId } from "../src/domain/instrument.ts";
import { type ClientOrderId, type OrderNumber, OrderStatus, Purpose } from "../src/domain/order.ts";
import {
  type DayNumber,
  type EpochMicros,
  isoInstant,
  MICROS_PER_MINUTE,
  parseIsoDate,
} from "../src/domain/time.ts";
import type { ComputeConfig } from "../src/engine/compute-config.ts";
import { commandText } from "../src/engine/event-text.ts";
import { LiveCompute } from "../src/engine/live-compute.ts";
import { type ExecuteInput, LiveExecute } from "../src/engine/live-execute.ts";
import { SingleLoop } from "../src/engine/single-loop.ts";
import type { Decision } from "../src/engine/stage-messages.ts";
import {
  computeInputText,
  decisionText,
  executeInputText,
  feedbackText,
  parseComputeInput,
  parseDecision,
  parseExecuteInput,
} from "../src/engine/stage-text.ts";
import { STRATEGY_THREW } from "../src/engine/strategy-fault.ts";
import { TradeField } from "../src/engine/trade-log.ts";
import type { Lifecycle } from "../src/execution/lifecycle/words.ts";
import { OrderField } from "../src/execution/order-table.ts";
import { xnysSessions } from "../src/market/calendar.ts";
import { createSyntheticMarket } from "../src/sim/synthetic-market.ts";
import { Timeline } from "../src/sim/timeline.ts";
import { SimulatedVenue } from "../src/sim/venue.ts";
import { strategies } from "../src/strategies/registry.ts";
import { demoOverBars } from "./demo-over-bars.ts";

const NEWS: BrokerNews = { kind: "done", request: 0 as RequestId };
/** Of the strategies below. */
const BAD = 0;
const GOOD = 1;
const strategyIds = ["swing_trend_following", "reference_ema_cross"];

const market = createSyntheticMarket({ seed: 7, firstSession: parseIsoDate("2026-11-18") as DayNumber });
const { instruments } = market;
const columns = market.session(0);
const history = market.history(2);
const cash = 97_000;
const setup = { config: demoOverBars(), strategyIds, columns, sessions: xnysSessions(), cash };

/** Throws at the end of its decision from that minute on until the other: after it said what it wanted. */
function failing(config: ComputeConfig, from: number, until: number, error: () => unknown): ComputeConfig {
  const [bad, ...others] = config.strategies;
  if (bad === undefined) throw new InvariantError("the run has no strategy");
  const strategy: typeof bad.strategy = {
    ...bad.strategy,
    decide(view) {
      bad.strategy.decide(view);
      if (view.at >= from && view.at < until) throw error();
    },
  };
  return { ...config, strategies: [{ ...bad, strategy }, ...others] };
}

/** Says nothing any more from that minute on. */
function silent(config: ComputeConfig, from: number): ComputeConfig {
  const [bad, ...others] = config.strategies;
  if (bad === undefined) throw new InvariantError("the run has no strategy");
  const strategy: typeof bad.strategy = {
    ...bad.strategy,
    decide: (view) => (view.at < from ? bad.strategy.decide(view) : undefined),
  };
  return { ...config, strategies: [{ ...bad, strategy }, ...others] };
}

function* warming(): Generator<BarBatch> {
  for (let b = 0; b < history.closedAt.length; b++) {
    const [from, to] = [history.offset[b] ?? 0, history.offset[b + 1] ?? 0];
    yield { columns: history, from, to, at: (history.closedAt[b] ?? 0) as EpochMicros };
  }
}

const typeError = () => new TypeError("nothing is\nthere");

class VenueBehind implements Lifecycle {
  readonly requests = [];
  readonly events: BrokerEvent[] = [];
  readonly notes = [];
  readonly nextDue = { at: Infinity, mono: Infinity };
  readonly unknownCount = 0;
  readonly words: BrokerEvent[];
  #said = 0;
  #ids = 0;

  constructor(words: BrokerEvent[]) {
    this.words = words;
  }
  place(): void {}
  cancel(): void {}
  moveStop(): void {}
  time(): void {}
  restarted(): void {}
  heard(): void {
    const word = this.words[this.#said++];
    if (word !== undefined) this.events.push(word);
  }
  clientIdFor(): ClientOrderId {
    return `x${this.#ids++}` as ClientOrderId;
  }
  open() {
    return [];
  }
  byClientId() {
    return new Map();
  }
  owns(): boolean {
    return false;
  }
  tombstones() {
    return [];
  }
}

/** What a stage was given and what it said, as text. */
interface Lines {
  readonly given: string[];
  readonly said: string[];
}

class Run {
  readonly compute: LiveCompute;
  readonly execute: LiveExecute;
  readonly venue = new SimulatedVenue(instruments.symbols.length, setup.config.costs, xnysSessions());
  readonly words: BrokerEvent[] = [];
  readonly computing: Lines = { given: [], said: [] };
  readonly executing: Lines = { given: [], said: [] };
  readonly pages: string[] = [];

  constructor(change: (config: ComputeConfig) => ComputeConfig, words: BrokerEvent[] = []) {
    const { compute, execute } = engineConfigs(setup, strategies);
    const two = strategyIds.length;
    this.words = words;
    this.compute = new LiveCompute({ ...change(compute), isolates: true });
    this.execute = new LiveExecute({
      execute: { ...execute, strategies: two },
      instruments,
      lifecycle: new VenueBehind(words),
      external: two,
      strategies: two,
      decisionAgeMicros: 10_000_000,
    });
    for (const batch of warming()) {
      this.execute.stage.bars(batch);
      this.compute.stage.warm(batch);
    }
  }

  /** The session; `between` may say something after a minute. */
  play(between: (run: Run, at: EpochMicros) => OperatorActed | undefined = () => undefined): this {
    const timeline = new Timeline(columns, this.venue);
    for (let event = timeline.next(); event !== undefined; event = timeline.next()) {
      const at = ("at" in event ? event.at : event.bars.at) as EpochMicros;
      const now = { at, mono: 0 };
      if (event.kind !== "BarsClosed") {
        this.words.push(event as BrokerEvent);
        this.give({ kind: "news", news: NEWS, now });
        continue;
      }
      const market = computeInputText({ kind: "market", sequence: 0, event });
      this.give({ kind: "event", event, now });
      this.hear(market);
      const more = between(this, at);
      if (more !== undefined) this.give({ kind: "event", event: more, now });
    }
    return this;
  }

  give(input: ExecuteInput): void {
    const feedback = this.executes(executeInputText(input));
    for (const text of feedback) this.hear(text);
  }

  /** One input of execute; what compute is to hear of it. */
  executes(text: string): readonly string[] {
    this.executing.given.push(text);
    const input = parseExecuteInput(text, instruments);
    this.execute.step(input);
    const { commands, feedback, alarms, brokerEvents } = this.execute.output;
    const told = feedback.splice(0);
    this.executing.said.push(...told.map(feedbackText));
    for (const command of commands.splice(0)) {
      this.executing.said.push(commandText(command));
      this.venue.send(command);
    }
    for (const { severity, text: said } of alarms.splice(0)) this.pages.push(`${severity}: ${said}`);
    brokerEvents.length = 0;
    return told.map((each) => computeInputText({ kind: "feedback", sequence: 0, feedback: each }));
  }

  hear(text: string): void {
    for (const decision of this.decides(text))
      this.give({ kind: "decision", decision, now: { at: decision.at, mono: 0 } });
  }

  /** One input of compute; what it decided. */
  decides(text: string): readonly Decision[] {
    this.computing.given.push(text);
    this.compute.step(parseComputeInput(text, instruments));
    const decisions = this.compute.decisions.splice(0);
    this.computing.said.push(...decisions.map(decisionText));
    return decisions;
  }

  held(strategy: number): readonly InstrumentId[] {
    const all = instruments.symbols.map((_, i) => i as InstrumentId);
    return all.filter((i) => this.execute.stage.lots.shares(strategy, i) !== 0);
  }

  /** When its entries that the gate let through were decided. */
  entered(strategy: number): readonly number[] {
    const { orders } = this.execute.stage;
    const rows = Array.from({ length: orders.length }, (_, n) => n as OrderNumber);
    const get = (n: OrderNumber, field: OrderField) => orders.get(n, field);
    return rows
      .filter((n) => get(n, OrderField.strategy) === strategy && get(n, OrderField.purpose) === Purpose.Entry)
      .filter((n) => get(n, OrderField.status) !== OrderStatus.Denied)
      .map((n) => get(n, OrderField.decidedAt));
  }
}

const acted = (action: "enable" | "resume", at: EpochMicros): OperatorActed => {
  const named = action === "enable" ? { strategy: BAD } : {};
  return { kind: "OperatorActed", at, action, by: "ana", reason: "test", ...named };
};

describe("a strategy that throws", () => {
  const forEver = Number.POSITIVE_INFINITY;
  /** A minute in which it enters, and holds something already; and one half an hour later. */
  let fails: EpochMicros;
  let later: EpochMicros;
  const broken =
    (until: number = forEver, error: () => unknown = typeError) =>
    (config: ComputeConfig) =>
      failing(config, fails, until, error);
  const since = (at: number) => (decidedAt: number) => decidedAt >= at;

  beforeAll(() => {
    const holding = new Set<number>();
    const clean = new Run((config) => config).play((run, at) => {
      if (run.held(BAD).length > 2) holding.add(at);
      return undefined;
    });
    fails = clean.entered(BAD).find((at) => holding.has(at - MICROS_PER_MINUTE)) as EpochMicros;
    later = (fails + 30 * MICROS_PER_MINUTE) as EpochMicros;
    expect(clean.entered(BAD).filter(since(later)).length).toBeGreaterThan(3);
    expect(clean.entered(GOOD).filter(since(fails)).length).toBeGreaterThan(3);
    expect(clean.pages).toEqual([]);
  });

  test("enters nothing more, not even what it asked for before it threw, and one person is paged", () => {
    const run = new Run(broken()).play();
    expect(run.entered(BAD).length).toBeGreaterThan(0);
    expect(run.entered(BAD).filter(since(fails))).toEqual([]);
    const page = /^page: strategy swing_trend_following threw .*TypeError: nothing is there/;
    expect(run.pages).toEqual([expect.stringMatching(page)]);
    const claims = run.execute.stage.authorities.permission.claims.filter(({ scope }) => scope === BAD);
    expect(claims).toMatchObject([{ level: "REDUCE_ONLY", liftedBy: "operator", since: fails }]);
  });

  test("keeps its stops: what it holds is never without one, and leaves by it", () => {
    const bare: InstrumentId[] = [];
    let watched = 0;
    const run = new Run(broken()).play((live, at) => {
      const { stage } = live.execute;
      const held = at < fails ? [] : live.held(BAD);
      watched += held.length;
      bare.push(...held.filter((i) => Number.isNaN(stage.restingStop(BAD, i))));
      return undefined;
    });
    expect(watched).toBeGreaterThan(0);
    expect(bare).toEqual([]);
    const { trades } = run.execute.stage;
    const left = Array.from({ length: trades.length }, (_, n) => n).filter(
      (n) => trades.get(n, TradeField.strategy) === BAD && trades.get(n, TradeField.closedAt) > fails,
    );
    expect(left.length).toBeGreaterThan(0);
    expect(new Set(left.map((n) => trades.get(n, TradeField.exitPurpose)))).toEqual(
      new Set([Purpose.StopLoss]),
    );
  });

  test("changes nothing for the others: they decide as beside one that has gone silent", () => {
    const wishes = (run: Run): readonly string[] =>
      run.computing.said
        .flatMap((text) => parseDecision(text).intents)
        .filter(({ strategy, at }) => strategy === GOOD && at >= fails)
        .map(({ signal: _, ...wish }) => JSON.stringify(wish));
    const beside = wishes(new Run((config) => silent(config, fails)).play());
    expect(beside.length).toBeGreaterThan(5);
    expect(wishes(new Run(broken()).play())).toEqual(beside);
  });

  test("is enabled by its name alone: who resumes trading did not mean it", () => {
    const words = (action: "enable" | "resume") => (_: Run, at: EpochMicros) =>
      at === later ? acted(action, at) : undefined;
    const resumed = new Run(broken(later)).play(words("resume"));
    expect(resumed.entered(BAD).filter(since(fails))).toEqual([]);
    expect(resumed.execute.stage.authorities.find("strategy", STRATEGY_THREW, BAD)).toBeDefined();
    const enabled = new Run(broken(later)).play(words("enable"));
    const entries = enabled.entered(BAD).filter(since(fails));
    expect(entries.length).toBeGreaterThan(0);
    expect(Math.min(...entries)).toBeGreaterThan(later);
    expect(enabled.execute.stage.authorities.find("strategy", STRATEGY_THREW, BAD)).toBeUndefined();
    expect(enabled.pages).toHaveLength(1);
  });

  test("is told again when it throws after it was enabled", () => {
    const run = new Run(broken()).play((_, at) => (at === later ? acted("enable", at) : undefined));
    expect(run.pages).toHaveLength(2);
    expect(run.entered(BAD).filter(since(fails))).toEqual([]);
  });

  test("gives the same lines when each stage is replayed from what it was given", () => {
    const first = new Run(broken(later)).play((_, at) => (at === later ? acted("enable", at) : undefined));
    const again = new Run(broken(later), [...first.words]);
    for (const text of first.executing.given) again.executes(text);
    expect(again.executing.said).toEqual(first.executing.said);
    expect(again.pages).toEqual(first.pages);
    for (const text of first.computing.given) again.decides(text);
    expect(again.computing.said).toEqual(first.computing.said);
    expect(computeDigest(again.compute)).toBe(computeDigest(first.compute));
  });

  test("is no cover for an error of the engine: that ends the process", () => {
    const ours = () => new InvariantError("EN-1: ours");
    expect(() => new Run(broken(forEver, ours)).play()).toThrow("EN-1: ours");
  });

  test("ends a backtest with its name, the bar and what it threw", () => {
    const { compute, execute } = engineConfigs(setup, strategies);
    const loop = new SingleLoop(broken()(compute), execute);
    for (const batch of warming()) loop.warm(batch);
    const venue = new SimulatedVenue(instruments.symbols.length, setup.config.costs, xnysSessions());
    const timeline = new Timeline(columns, venue);
    const play = (): unknown => {
      try {
        for (let event = timeline.next(); event !== undefined; event = timeline.next()) {
          loop.step(event);
          for (const command of loop.commands.splice(0)) venue.send(command);
        }
      } catch (error) {
        return error;
      }
      return undefined;
    };
    const error = play();
    expect(error).toBeInstanceOf(InputError);
    const where = `strategy swing_trend_following threw on the bars of ${isoInstant(fails)}`;
    expect(String(error)).toContain(`${where}: TypeError: nothing is there`);
  });
});
