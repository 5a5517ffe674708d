/**
 * Gathers what sizing has to know of one wish: the account, the price the order will have, what the strategy has
 * shown, the market's nerves and the usual volume. Used by the compute stage alone; it sees the past only.
 */
import type { BarBatch } from "../domain/bars.ts";
import { ratioOf } from "../domain/corporate-action.ts";
import type { CorporateActionEvent } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { EntryTiming, SizingConstraint } from "../domain/intent.ts";
import { BUY, SELL } from "../domain/order.ts";
import { empty } from "../domain/small-list.ts";
import { AdaptiveWeights } from "../ensemble/adaptive-weights.ts";
import { DailyVolume } from "../ensemble/daily-volume.ts";
import type { Edge } from "../ensemble/kelly.ts";
import { type Size, type SizeStep, type SizingRequest, sizeEntry } from "../ensemble/sizing.ts";
import { type RecordBasis, TrackRecord } from "../ensemble/track-record.ts";
import { priceEntry, roundToTick } from "../execution/order-policy.ts";
import { atr } from "../features/atr.ts";
import { output } from "../features/feature.ts";
import type { Advice, Entry } from "../strategies/strategy.ts";
import type { BarGroups } from "./bar-groups.ts";
import type { AccountFacts } from "./compute.ts";
import type { AllocatedStrategy, ComputeConfig } from "./compute-config.ts";
import { SessionClock } from "./session-clock.ts";

/** ATR14 in per cent of the close: the reading that QUANT e scales by. */
const ATR_PERCENT = output(atr({ period: 14 }), "natr_14");
/** Only sizes by risk ask what a strategy has shown, and the estimate is not cheap. */
const NOT_ASKED: Edge = { trades: 0, winRate: Number.NaN, win: Number.NaN, loss: Number.NaN };

/** A size, and what it would be if the record were too short to judge: 0 unless Kelly alone left no share. */
export interface SizedWish extends Size {
  readonly onPaper: number;
  /** What each constraint alone would have allowed. */
  readonly steps: readonly SizeStep[];
  /** Of the model beside the rules. */
  readonly advice?: Advice;
}

export class SizingDesk {
  readonly #config: ComputeConfig;
  readonly #record: TrackRecord;
  /** By strategy; undefined for who sizes nothing by it: then a bar costs nothing here. */
  readonly #atrPercent: readonly (Float64Array | undefined)[];
  readonly #volume: DailyVolume | undefined;
  /** Undefined where nothing adapts. */
  readonly #adaptive: AdaptiveWeights | undefined;
  readonly #clock: SessionClock;
  readonly #unsized = new Map<SizingConstraint, number>();
  readonly #followed = new Map<SizingConstraint, number>();
  /** Entries of this step that execute has not seen yet. */
  readonly #asked: { readonly instrument: InstrumentId; readonly shares: number }[] = [];
  #committed = 0;
  #at = Number.NaN as BarBatch["at"];
  #account: AccountFacts = {
    equity: 0,
    availableCash: 0,
    scalar: 1,
    enteredToday: () => 0,
    allowsEntries: () => false,
  };

  constructor(config: ComputeConfig, groups: Pick<BarGroups, "of">) {
    const { strategies, sizing, ensemble, world } = config;
    const uses = (...methods: readonly string[]) =>
      strategies.some(({ strategy }) => methods.includes(strategy.sizing));
    this.#config = config;
    this.#record = new TrackRecord(strategies.length, sizing.kelly, ensemble.trailing);
    this.#atrPercent = strategies.map(({ strategy }, s) =>
      strategy.sizing === "fixed_risk" ? groups.of(s).bank.column(ATR_PERCENT) : undefined,
    );
    this.#volume = uses("fixed_risk", "allocation")
      ? new DailyVolume(world.instruments, sizing.adv)
      : undefined;
    this.#adaptive = ensemble.adaptive.enabled
      ? new AdaptiveWeights(
          strategies.map(({ allocation }) => allocation),
          ensemble.adaptive,
        )
      : undefined;
    this.#clock = new SessionClock(world.sessions);
  }

  /** Wishes that became no shares, by the constraint that left no room. */
  get unsized(): ReadonlyMap<SizingConstraint, number> {
    return this.#unsized;
  }

  /** Of those, the ones that went on on paper. */
  get followed(): ReadonlyMap<SizingConstraint, number> {
    return this.#followed;
  }

  warm(batch: BarBatch): void {
    if (this.#volume === undefined && this.#adaptive === undefined) return;
    if (this.#clock.advance(batch.at)) {
      this.#volume?.startSession();
      this.#adaptive?.startSession();
    }
    this.#volume?.update(batch);
  }

  /** By strategy: what its share of the capital is multiplied by; undefined where nothing adapts. */
  get adaptive(): readonly number[] | undefined {
    return this.#adaptive?.multiples;
  }

  startStep(batch: BarBatch, account: AccountFacts): void {
    this.warm(batch);
    this.#account = account;
    this.#adaptive?.see(account.equity, (strategy) => account.wonBy?.(strategy) ?? Number.NaN);
    this.#at = batch.at;
    this.#committed = 0;
    empty(this.#asked);
  }

  /** Volumes of before a split are counted in new shares. */
  action(event: CorporateActionEvent): void {
    if (event.kind === "SharesSplit") this.#volume?.split(event.instrument, ratioOf(event));
  }

  /** A strategy closed a round trip, with money or on paper. */
  closed(strategy: number, netReturn: number, onPaper: boolean): void {
    this.#record.closed(strategy, netReturn, onPaper);
  }

  /** What Kelly judges the strategy by now; undefined when it does not. */
  judgedBy(strategy: number): RecordBasis | undefined {
    const { strategies, sizing } = this.#config;
    const isJudged = sizing.kelly.enabled && strategies[strategy]?.strategy.sizing === "fixed_risk";
    return isJudged ? this.#record.basis(strategy) : undefined;
  }

  /** A wish that became no share goes on on paper. */
  follow({ binding }: Size): void {
    this.#followed.set(binding, (this.#followed.get(binding) ?? 0) + 1);
  }

  /** Shares for a wish at the close of this step, dollars per share. */
  size(strategy: number, entry: Entry, price: number, timing: EntryTiming): SizedWish {
    const { sizing } = this.#config;
    const { advice } = entry;
    if (advice?.follows === false) {
      this.#unsized.set("model", (this.#unsized.get("model") ?? 0) + 1);
      return { shares: 0, binding: "model", steps: [["model", 0]], onPaper: 0, advice };
    }
    if (entry.barredBy !== undefined) {
      const binding = entry.barredBy;
      this.#unsized.set(binding, (this.#unsized.get(binding) ?? 0) + 1);
      return { shares: 0, binding, steps: [[binding, 0]], onPaper: 0 };
    }
    const request = this.#request(strategy, entry, price, timing);
    const steps: SizeStep[] = [];
    const size = sizeEntry(request, sizing, steps);
    const shares = Math.abs(size.shares);
    if (shares === 0) this.#unsized.set(size.binding, (this.#unsized.get(size.binding) ?? 0) + 1);
    this.#committed += shares * (request.limit > price ? request.limit : price);
    this.#asked.push({ instrument: entry.instrument, shares });
    const onPaper = shares === 0 ? this.#withoutVerdict(strategy, request, this.#isBound(entry)) : 0;
    return { ...size, steps, onPaper, ...(advice === undefined ? {} : { advice }) };
  }

  /** What the wish would be if too few trades were known: whatever else leaves no share leaves none here either. */
  #withoutVerdict(strategy: number, request: SizingRequest, isBound: boolean): number {
    const { kelly } = this.#config.sizing;
    const isJudged = request.method === "fixed_risk" && kelly.enabled && kelly.paper;
    if (!isJudged || !this.#account.allowsEntries(strategy, isBound)) return 0;
    return sizeEntry({ ...request, edge: NOT_ASKED }, this.#config.sizing).shares;
  }

  #request(strategy: number, entry: Entry, price: number, timing: EntryTiming): SizingRequest {
    const { strategies, execution, vix } = this.#config;
    const { strategy: bound, allocation, positions } = strategies[strategy] as AllocatedStrategy;
    const { instrument, conviction } = entry;
    const side = conviction > 0 ? BUY : SELL;
    const { limit } = priceEntry(side, price, timing, execution);
    return {
      method: bound.sizing,
      conviction,
      price,
      limit,
      stop: roundToTick(sizingStop(entry, side), -side, execution.tick),
      equity: this.#account.equity,
      availableCash: this.#account.availableCash - this.#committed,
      allocation,
      positions,
      scalar: this.#isBound(entry)
        ? (this.#account.longScalar ?? this.#account.scalar)
        : this.#account.scalar,
      edge: bound.sizing === "fixed_risk" ? this.#edge(strategy, entry) : NOT_ASKED,
      trailing: this.#record.weight(strategy),
      ...(this.#adaptive === undefined ? {} : { adaptive: this.#adaptive.multiples[strategy] ?? 1 }),
      vix: vix === undefined ? this.#account.vix : vix(this.#at),
      atr: (this.#atrPercent[strategy]?.[instrument] ?? Number.NaN) / 100,
      advRoom: this.#advRoom(instrument),
    };
  }

  /** True for what claims on new longs bind (AU-6). */
  #isBound({ instrument, conviction }: Entry): boolean {
    return conviction > 0 && this.#config.refuges?.includes(instrument) !== true;
  }

  /** From the model where one speaks: its probability is of this very entry, the record's of any. */
  #edge(strategy: number, { advice }: Entry): Edge {
    if (advice === undefined) return this.#record.edge(strategy);
    const { events: trades, probability: winRate, win, loss } = advice;
    return { trades, winRate, win, loss };
  }

  /** All strategies share one allowance per session. */
  #advRoom(instrument: InstrumentId): number {
    if (this.#volume === undefined) return Number.POSITIVE_INFINITY;
    let used = this.#account.enteredToday(instrument);
    for (const asked of this.#asked) if (asked.instrument === instrument) used += asked.shares;
    return Math.max(0, this.#volume.entriesMax(instrument) - used);
  }
}

/** The farther one of the rules' and the model's: a stop that doubt brings nearer must not make an order larger. */
function sizingStop({ stop = Number.NaN, advice }: Entry, side: number): number {
  const own = advice?.rules.stop ?? stop;
  return side === BUY ? Math.min(stop, own) : Math.max(stop, own);
}
