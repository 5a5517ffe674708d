/**
 * A synthetic session through the live stages, as the lines that execute's journal would keep: what tests of everything
 * behind the journal are fed with. A venue of arithmetic stands behind the life cycle; what it says comes in as news.
 */

import type { JournalEntry } from "../src/adapters/journal/journal-terms.ts";
import { buildExecute } from "../src/app/live/build-execute.ts";
import { engineOf } from "../src/app/live/run-engine.ts";
import type { RunTerms } from "../src/app/live/run-terms.ts";
import type { BarColumns } from "../src/domain/bars.ts";
import type { BrokerNews, RequestId } from "../src/domain/broker.ts";
import { ratioOf, type SplitRatio } from "../src/domain/corporate-action.ts";
import type { BrokerEvent, EngineEvent } from "../src/domain/events.ts";
import type { InstrumentId } from "../src/domain/instrument.ts";
import type { ClientOrderId } from "../src/domain/order.ts";
import { type DayNumber, type EpochMicros, parseIsoDate } from "../src/domain/time.ts";
import { type ComputeInput, LiveCompute } from "../src/engine/live-compute.ts";
import type { ExecuteInput, LiveExecute } from "../src/engine/live-execute.ts";
import type { Decision } from "../src/engine/stage-messages.ts";
import { computeInputText, executeInputText } from "../src/engine/stage-text.ts";
import type { Lifecycle, LifecycleNote, LiveOrder } from "../src/execution/lifecycle/words.ts";
import { xnysSessions } from "../src/market/calendar.ts";
import { createSyntheticMarket } from "../src/sim/synthetic-market.ts";
import { Timeline } from "../src/sim/timeline.ts";
import { SimulatedVenue } from "../src/sim/venue.ts";
import { demoOverBars } from "./demo-over-bars.ts";

const SEED = 7;
const NEWS: BrokerNews = { kind: "done", request: 0 as RequestId };

const market = createSyntheticMarket({ seed: SEED, firstSession: parseIsoDate("2026-11-18") as DayNumber });
export const history = market.history(2);
export const { instruments } = market;

export const terms: RunTerms = {
  run: "dtest",
  mode: "demo",
  startedAt: "2026-11-18T14:00:00Z",
  build: "test",
  config: demoOverBars(),
  strategyIds: ["reference_ema_cross", "swing_trend_following"],
  symbols: instruments.symbols,
  cash: 97_000,
  outside: 0,
  killSwitch: "",
  accountId: "test",
  adopted: [],
  clock: { machineMs: 0, exchangeAt: 0 as EpochMicros, speed: 1, skipsClosedHours: false },
  hosts: { trading: "", tradingStream: "", data: "", stream: "" },
  feed: "iex",
  history: { file: "", sha256: "", bars: 0 },
};

/**
 * What is told is a function of the inputs: news say how many of the venue's words are due, and the words are in a list
 * that every replay has.
 */
class VenueBehind implements Lifecycle {
  readonly requests = [];
  readonly events: BrokerEvent[] = [];
  readonly notes: LifecycleNote[] = [];
  readonly nextDue = { at: Infinity, mono: Infinity };
  readonly unknownCount = 0;
  readonly #words: readonly BrokerEvent[];
  #said = 0;
  #ids = 0;

  constructor(words: readonly BrokerEvent[]) {
    this.#words = words;
  }

  place({ number, clientId }: LiveOrder): void {
    this.notes.push({
      ...{ kind: "transition", number, clientId, from: "INTENT", to: "SENDING" },
      ...{ cause: "command", reason: "" },
    });
  }
  cancel(): void {}
  moveStop(): void {}
  time(): void {}
  restarted(): void {}
  heard(): void {
    const word = this.#words[this.#said++];
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

export interface LiveSession {
  readonly entries: readonly JournalEntry[];
  /** All that compute heard, as its journal would keep it, and what it decided of it. */
  readonly heard: readonly string[];
  readonly decisions: readonly Decision[];
  /** Compute at the beginning, warmed up. */
  computeAgain(): LiveCompute;
  /** The stage that lived through it. */
  readonly execute: LiveExecute;
  /** A new one at the beginning: fed the entries it has the same books. */
  again(): LiveExecute;
  /** A life cycle at the beginning, for who builds the stage himself. */
  lifecycle(): Lifecycle;
}

function warmCompute(): LiveCompute {
  const compute = new LiveCompute(engineOf(terms, instruments).compute);
  for (let b = 0; b < history.closedAt.length; b++)
    compute.stage.warm({
      columns: history,
      from: history.offset[b] ?? 0,
      to: history.offset[b + 1] ?? 0,
      at: (history.closedAt[b] ?? 0) as EpochMicros,
    });
  return compute;
}

/** The session in shares of after the split. */
function splitSession(columns: BarColumns, ratio: number): BarColumns {
  const price = (values: Float64Array) => values.map((value) => value / ratio);
  const { open, high, low, close, volume } = columns;
  const prices = { open: price(open), high: price(high), low: price(low), close: price(close) };
  return { ...columns, ...prices, volume: volume.map((shares) => shares * ratio) };
}

/**
 * `sessions` days of trading; `between` puts in what happens after the bars of that number, counted from 0. `split`:
 * what each company does before every session but the first; what is locked for it is acknowledged at once.
 */
export function liveSession(
  sessions = 1,
  between: (batch: number, at: EpochMicros) => EngineEvent | undefined = () => undefined,
  split?: SplitRatio,
): LiveSession {
  const words: BrokerEvent[] = [];
  const compute = warmCompute();
  const execute = buildExecute(terms, new VenueBehind(words), history);
  const heard: string[] = [];
  const decisions: Decision[] = [];
  const tell = (input: ComputeInput): void => {
    heard.push(computeInputText(input));
    compute.step(input);
  };
  const venue = new SimulatedVenue(instruments.symbols.length, terms.config.costs, xnysSessions());
  const entries: JournalEntry[] = [];
  let batch = 0;
  const give = (input: ExecuteInput): void => {
    const row = { part: "input", at: input.now.at, payload: executeInputText(input) } as const;
    entries.push({ sequence: entries.length, ...row });
    execute.step(input);
    for (const command of execute.output.commands.splice(0)) {
      venue.send(command);
      const text = JSON.stringify(command);
      entries.push({ sequence: entries.length, part: "command", at: input.now.at, payload: text });
    }
    for (const list of [execute.output.brokerEvents, execute.output.notes]) list.length = 0;
    for (const feedback of execute.output.feedback.splice(0))
      tell({ kind: "feedback", sequence: 0, feedback });
  };
  const splitAll = (ratio: SplitRatio): void => {
    // An hour before the open.
    const at = (execute.stage.clock.close + 16.5 * 3_600_000_000) as EpochMicros;
    const now = { at, mono: 0 };
    for (let i = 0; i < instruments.symbols.length; i++) {
      const instrument = i as InstrumentId;
      const event = { kind: "SharesSplit", at, instrument, ...ratio } as const;
      venue.action(event);
      give({ kind: "event", event, now });
      give({ kind: "event", event: { kind: "InstrumentUnlocked", at, instrument }, now });
    }
  };
  for (let session = 0; session < sessions; session++) {
    if (split !== undefined && session > 0) splitAll(split);
    const columns = market.session(session);
    const ratio = split === undefined ? 1 : ratioOf(split) ** session;
    const timeline = new Timeline(ratio === 1 ? columns : splitSession(columns, ratio), venue);
    for (let event = timeline.next(); event !== undefined; event = timeline.next()) {
      const now = { at: ("at" in event ? event.at : event.bars.at) as EpochMicros, mono: 0 };
      if (event.kind !== "BarsClosed") {
        words.push(event as BrokerEvent);
        give({ kind: "news", news: NEWS, now });
        continue;
      }
      give({ kind: "event", event, now });
      tell({ kind: "market", sequence: 0, event });
      for (const decision of compute.decisions.splice(0)) {
        decisions.push(decision);
        give({ kind: "decision", decision, now });
      }
      const more = between(batch++, now.at);
      if (more !== undefined) give({ kind: "event", event: more, now });
    }
    const at = (execute.stage.clock.close + 3_600_000_000) as EpochMicros;
    give({ kind: "time", now: { at, mono: 0 } });
  }
  const again = () => buildExecute(terms, new VenueBehind(words), history);
  const lifecycle = () => new VenueBehind(words);
  return { entries, heard, decisions, computeAgain: warmCompute, execute, again, lifecycle };
}
