/**
 * The compute stage: features -> strategies -> sizing -> intents. It sees bars and what execute tells it of
 * fills and the account; it never sees the venue.
 *
 * CP-1  Its state is a function of its inputs in their order: replayed, they give the same intents, bit for bit (EN-1).
 * CP-2  A strategy speaks during its own `decide` only.
 */
import { InvariantError } from "../domain/assert.ts";
import type { BarBatch, Timeframe } from "../domain/bars.ts";
import type { CorporateActionEvent, ReferenceTold } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { Intent, SizingConstraint } from "../domain/intent.ts";
import type { Quote, TradePrint } from "../domain/quote.ts";
import { empty } from "../domain/small-list.ts";
import type { RecordBasis } from "../ensemble/track-record.ts";
import { VirtualLots } from "../ensemble/virtual-lots.ts";
import type { Entry } from "../strategies/strategy.ts";
import type { BarGroup } from "./bar-group.ts";
import { BarGroups } from "./bar-groups.ts";
import type { ComputeConfig } from "./compute-config.ts";
import type { EndedBySplit } from "./corporate-actions.ts";
import type { FeatureBank } from "./feature-bank.ts";
import { LotMemory } from "./lot-memory.ts";
import { ModelWatch } from "./model-watch.ts";
import { OwnActions } from "./own-actions.ts";
import type { OwnFill } from "./own-fill.ts";
import { wholePairs } from "./pair-balance.ts";
import { PaperDesk } from "./paper-desk.ts";
import { ReferenceBook } from "./reference-book.ts";
import { SignalField, SignalKind, SignalTable, STOP_MOVED, TIME_STOP } from "./signal-table.ts";
import { type SizedWish, SizingDesk } from "./sizing-desk.ts";
import { StrategyTurns } from "./strategy-fault.ts";
import { type OwnPositions, RunningView, type Wishes } from "./strategy-view.ts";

/** What execute tells compute of the account, as of the last event it consumed. */
export interface AccountFacts {
  /** Dollars. */
  readonly equity: number;
  /** Cash less what working entries will take. */
  readonly availableCash: number;
  /** Effective scalar of the permission lattice, and that of new longs where it is another. */
  readonly scalar: number;
  readonly longScalar?: number;
  /** The VIX as the regime's authority knows it; NaN: it should and does not. Absent: no source, its scale is off. */
  readonly vix?: number | undefined;
  /** Shares of entries that were sent this session and filled or may still fill, over all strategies. */
  enteredToday(instrument: InstrumentId): number;
  /** Dollars that a strategy has won since the start; NaN: not known now. Asked where shares adapt to it. */
  wonBy?(strategy: number): number;
  /** False while a claim bars entries of the strategy, or its new longs. */
  allowsEntries(strategy: number, isLong?: boolean): boolean;
}

const NOBODY = -1;

export class ComputeStage implements Wishes, OwnPositions {
  readonly #config: ComputeConfig;
  readonly #views: readonly RunningView[];
  readonly #lots: VirtualLots;
  readonly #groups: BarGroups;
  readonly #memory: LotMemory;
  readonly #sizing: SizingDesk;
  /** Undefined in a run in which nothing goes on on paper: then it costs one comparison where it is asked. */
  readonly #paper: PaperDesk | undefined;
  #batch: BarBatch | undefined;
  /** The strategy whose turn it is. */
  #speaker = NOBODY;

  readonly #actions: OwnActions;
  /** Undefined in a run without a model that could be watched. */
  readonly models: ModelWatch | undefined;
  /** What shares of the capital are multiplied by since this session began; undefined where nothing adapts. */
  readonly adaptive = (): readonly number[] | undefined => this.#sizing.adaptive;
  readonly turns: StrategyTurns;
  readonly references: ReferenceBook;
  readonly signals = new SignalTable();
  /** Intents of the last step; the caller takes them before the next. */
  readonly intents: Intent[] = [];
  /** Its wishes, sized: 0 shares where a constraint left no room. */
  readonly sized: { readonly signal: number; readonly size: SizedWish; readonly beside: Entry["beside"] }[] =
    [];

  constructor(config: ComputeConfig) {
    const { world, strategies } = config;
    const { instruments } = world;
    this.#config = config;
    this.#lots = new VirtualLots(strategies.length, instruments);
    this.#memory = new LotMemory(instruments * strategies.length);
    this.#groups = new BarGroups(config);
    const { own } = this.#groups;
    this.references = new ReferenceBook(instruments, world.sessions);
    this.#actions = new OwnActions(this.#lots, strategies.length, own.basis);
    this.#sizing = new SizingDesk(config, this.#groups);
    const closed = (strategy: number, netReturn: number) => this.#sizing.closed(strategy, netReturn, true);
    this.#paper = PaperDesk.of(config, this.#lots, own.rowOf, closed);
    this.models = ModelWatch.of(strategies, instruments, config.drift);
    const ports = { wishes: this, positions: this, symbols: config.symbols ?? [] };
    this.#views = strategies.map(({ strategy }, n) => {
      const { bank, rowOf } = this.#groups.of(n);
      return new RunningView(n, strategy, { bank, references: this.references }, rowOf, ports);
    });
    this.turns = new StrategyTurns(this.#views, config.isolates === true);
  }

  /** Wishes that became no shares, by the constraint that left no room. */
  get unsized(): ReadonlyMap<SizingConstraint, number> {
    return this.#sizing.unsized;
  }

  /** Of those, the ones that went on on paper. */
  get followedOnPaper(): ReadonlyMap<SizingConstraint, number> {
    return this.#sizing.followed;
  }

  /** What Kelly judges the strategy by now; undefined when it does not. */
  judgedBy(strategy: number): RecordBasis | undefined {
    return this.#sizing.judgedBy(strategy);
  }

  get readsVix(): boolean {
    return this.#config.vix !== undefined;
  }

  /** Of the run's own bars. */
  get bank(): FeatureBank {
    return this.#groups.own.bank;
  }

  /** Every length of bar that somebody decides on, the run's own first. */
  get groups(): readonly Pick<BarGroup, "timeframe" | "bank">[] {
    return this.#groups.all;
  }

  /** Bars of a longer length from before the run and its history: for the features of who decides on such. */
  warmLonger(timeframe: Timeframe, batch: BarBatch): void {
    this.#groups.warmLonger(timeframe, batch);
  }

  /** Feeds history to the features without deciding: what a run does before its first session. */
  warm(batch: BarBatch): void {
    this.#groups.take(batch);
    this.#sizing.warm(batch);
    this.#paper?.warm(batch);
  }

  /** Decides on one batch, knowing the account as given. */
  bars(batch: BarBatch, account: AccountFacts): void {
    this.#batch = batch;
    empty(this.intents);
    empty(this.sized);
    this.references.pass(batch.at);
    this.#groups.take(batch);
    if (this.#paper !== undefined) this.#paper.bars(batch);
    this.#sizing.startStep(batch, account);
    if (this.#memory.timed > 0) this.#leaveOnTime();
    if (this.#paper !== undefined) this.#leaveOnTimeOnPaper(this.#paper);
    this.turns.startStep(batch.at);
    for (let s = 0; s < this.#views.length; s++) {
      const closed = this.#groups.of(s).batch;
      if (closed === undefined) continue;
      this.#speaker = s;
      this.turns.take(s, closed);
    }
    wholePairs(this.intents, this.signals);
    this.#speaker = NOBODY;
  }

  quote(quote: Quote): void {
    this.#groups.quote(quote);
  }

  trade(trade: TradePrint): void {
    this.#groups.trade(trade);
  }

  /** Rows of a reference table became known. */
  told(event: ReferenceTold): void {
    this.references.told(event);
  }

  /** Tells of one fill of a strategy's order. */
  filled({ strategy, instrument, signedShares, price, signal, closedReturn }: OwnFill): void {
    if (!Number.isNaN(closedReturn)) {
      this.#sizing.closed(strategy, closedReturn, false);
      this.models?.closed(strategy, instrument, closedReturn);
    }
    const before = this.#lots.shares(strategy, instrument);
    const after = this.#lots.fill(strategy, instrument, signedShares, price);
    const slot = this.#lots.slot(strategy, instrument);
    // Money is in it after all, by an entry that waited: the same wish does not go on on paper beside it.
    if (before === 0) this.#paper?.takeBack(strategy, instrument);
    if (after === 0) this.#memory.forget(slot);
    else if (before === 0 || before > 0 !== after > 0) {
      this.#open(strategy, instrument, signal);
      this.models?.opened(strategy, instrument, signal);
    }
  }

  /**
   * A split or a dividend, after execute has booked it: positions, stops and memory of prices follow, and the round
   * trips that it ended count for the record of their strategies.
   */
  action(event: CorporateActionEvent, ended: readonly EndedBySplit[] = []): void {
    const { instrument } = event;
    for (const { strategy, closedReturn } of ended) this.#sizing.closed(strategy, closedReturn, false);
    this.#sizing.action(event);
    this.#groups.settle();
    const factors = this.#actions.apply(event);
    this.#groups.apply(event);
    this.#paper?.action(event);
    this.references.acted(event, factors);
    for (let s = 0; s < this.#views.length; s++) {
      const slot = this.#lots.slot(s, instrument);
      (this.#views[s] as RunningView).rescale(instrument, factors.price, factors.shares);
      if (this.#lots.shares(s, instrument) === 0) this.#memory.forget(slot);
      else this.#memory.restate(slot, (price) => this.#actions.priceAfter(event, price));
    }
  }

  /** A position on paper is seen where there is no real one. */
  shares(strategy: number, instrument: InstrumentId): number {
    const held = this.#lots.shares(strategy, instrument);
    return held !== 0 || this.#paper === undefined ? held : this.#paper.shares(strategy, instrument);
  }

  averageEntry(strategy: number, instrument: InstrumentId): number {
    const entry = this.#lots.averageEntry(strategy, instrument);
    const isKnown = !Number.isNaN(entry) || this.#paper === undefined;
    return isKnown ? entry : this.#paper.averageEntry(strategy, instrument);
  }

  barsHeld(strategy: number, instrument: InstrumentId): number {
    if (this.#paper?.isSeen(strategy, instrument)) return this.#paper.barsHeld(strategy, instrument);
    return (
      this.#groups.seen(strategy, instrument) -
      this.#memory.openedAtBar(this.#lots.slot(strategy, instrument))
    );
  }

  enter(strategy: number, asked: Entry, reason: number, numbers: readonly number[]): void {
    const { instrument } = asked;
    const held = this.shares(strategy, instrument);
    if (held !== 0 && held > 0 === asked.conviction > 0) return;
    const { at } = this.#current(strategy);
    const price = this.#closeNow(instrument);
    const [next, bar] = [this.signals.length, this.#groups.seen(strategy, instrument)];
    const entry = this.models?.entry(strategy, asked, next, bar) ?? asked;
    const { stop = Number.NaN, target = Number.NaN, timeStopBars = 0, conviction } = entry;
    const wish = { kind: SignalKind.Enter, conviction, stop, target, timeStopBars };
    const signal = this.signals.add({ at, strategy, instrument, ...wish, reason, numbers });
    // Without a bar there is no price to decide at.
    if (Number.isNaN(price)) return;
    const timing = entry.when ?? (this.#groups.of(strategy).timeframe === "1d" ? "open_auction" : "now");
    const size = this.#sizing.size(strategy, entry, price, timing);
    const { shares, binding } = size;
    this.sized.push({ signal, size, beside: entry.beside });
    // Who turns around leaves, also where a model keeps the new side out: it keeps risk out, never in.
    if ((binding === "model" || binding === "news") && held !== 0)
      this.exit(strategy, instrument, reason, numbers);
    if (this.#paper?.isSeen(strategy, instrument)) {
      // Who turns around leaves first, on paper as with money.
      if (shares !== 0 || size.onPaper !== 0) this.#paper.leave(strategy, instrument);
      return;
    }
    // Paper counts the run's own bars, which are not those that this strategy's times are meant in.
    if (this.#paper !== undefined && this.#groups.of(strategy) === this.#groups.own) {
      if (shares !== 0) this.#paper.takeBack(strategy, instrument);
      else if (this.#paper.wish({ strategy, entry, signal, at, price, timing, shares: size.onPaper }))
        this.#sizing.follow(size);
    }
    if (shares === 0) return;
    const pair = entry.together === undefined ? {} : { together: entry.together };
    const order = { reference: price, shares, binding, stop, target, timing, ...pair };
    this.intents.push({ kind: "Enter", at, strategy, instrument, signal, ...order });
  }

  exit(strategy: number, instrument: InstrumentId, reason: number, numbers: readonly number[]): void {
    const { at } = this.#current(strategy);
    const reference = this.#closeNow(instrument);
    const signal = this.#signalExit(strategy, instrument, SignalKind.Exit, Number.NaN, reason, numbers);
    const isOnPaper = this.#paper?.leave(strategy, instrument) ?? false;
    if (isOnPaper && this.#lots.shares(strategy, instrument) === 0) return;
    this.intents.push({ kind: "Exit", at, strategy, instrument, signal, reference });
  }

  protect(strategy: number, instrument: InstrumentId, stop: number): void {
    const { at } = this.#current(strategy);
    const held = this.#lots.shares(strategy, instrument);
    if (held === 0 && this.#paper?.protect(strategy, instrument, stop))
      this.#signalExit(strategy, instrument, SignalKind.Protect, stop, STOP_MOVED, [stop]);
    if (held === 0 || Number.isNaN(stop)) return;
    const slot = this.#lots.slot(strategy, instrument);
    if (!this.#memory.tighten(slot, stop, held > 0)) return;
    const reference = this.#closeNow(instrument);
    const signal = this.#signalExit(strategy, instrument, SignalKind.Protect, stop, STOP_MOVED, [stop]);
    this.intents.push({ kind: "Protect", at, strategy, instrument, signal, reference, stop });
  }

  #signalExit(
    strategy: number,
    instrument: InstrumentId,
    kind: SignalKind,
    stop: number,
    reason: number,
    numbers: readonly number[],
  ): number {
    const { at } = this.#current(strategy);
    const nothing = { conviction: 0, target: Number.NaN, timeStopBars: 0 };
    return this.signals.add({ at, strategy, instrument, kind, stop, ...nothing, reason, numbers });
  }

  #leaveOnTime(): void {
    for (let s = 0; s < this.#views.length; s++) {
      const { batch } = this.#groups.of(s);
      if (batch === undefined) continue;
      this.#speaker = s;
      const { columns, from, to } = batch;
      const { instrument } = columns;
      for (let row = from; row < to; row++) {
        const i = instrument[row]! as InstrumentId;
        const limit = this.#memory.timeStopBars(this.#lots.slot(s, i));
        if (limit === 0 || this.#lots.shares(s, i) === 0) continue;
        const held = this.barsHeld(s, i);
        if (held >= limit) this.exit(s, i, TIME_STOP, [held]);
      }
    }
  }

  #leaveOnTimeOnPaper(paper: PaperDesk): void {
    for (const { strategy, instrument, held } of paper.overdue()) {
      this.#speaker = strategy;
      this.exit(strategy, instrument, TIME_STOP, [held]);
    }
  }

  /** What the signal asked for is in force from its first fill on. */
  #open(strategy: number, instrument: InstrumentId, signal: number): void {
    const slot = this.#lots.slot(strategy, instrument);
    const stop = signal < 0 ? Number.NaN : this.#stopOf(signal, instrument);
    const bars = signal < 0 ? 0 : this.signals.get(signal, SignalField.timeStopBars);
    this.#memory.open(slot, this.#groups.seen(strategy, instrument), stop, bars);
  }

  /** The stop that a signal asked for, in today's dollars per share. */
  #stopOf(signal: number, instrument: InstrumentId): number {
    const stop = this.signals.get(signal, SignalField.stop);
    return this.#actions.priceNow(instrument, stop, this.signals.get(signal, SignalField.at));
  }

  /** Dollars per share; NaN when the instrument has no bar that closed now. */
  #closeNow(instrument: InstrumentId): number {
    return this.#groups.closeNow(this.#speaker, instrument);
  }

  #current(strategy: number): BarBatch {
    if (this.#batch === undefined || strategy !== this.#speaker) {
      throw new InvariantError(`CP-2: strategy ${strategy} spoke outside its own turn`);
    }
    return this.#batch;
  }
}
