/**
 * The execute stage as it is driven by the clock and a feed instead of by bars alone: what is decided arrives later
 * than its bars, is priced by the quote of now, and may wait for a better one. Live execute stands on it, and so does
 * the loop that proves a record (BACK-4): both take the same inputs and must come to the same orders.
 *
 * LE-3  A decision that is older than its limit enters nothing; what it takes away, it still takes away (C-10).
 * LE-4  No share is split twice for one action, whoever tells of it: of the ones of a month only the first is booked.
 */
import type { BarBatch } from "../domain/bars.ts";
import { SPLITS_APART_DAYS } from "../domain/corporate-action.ts";
import type { BarsClosed, CorporateActionEvent, EngineEvent } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { type EpochMicros, MICROS_PER_DAY } from "../domain/time.ts";
import type { EndedBySplit } from "./corporate-actions.ts";
import { DeferredEntries } from "./deferred-entries.ts";
import { ExecuteStage } from "./execute.ts";
import type { ExecuteConfig } from "./execute-config.ts";
import { LiveOffset } from "./live-offset.ts";
import { OneSide } from "./one-side.ts";
import type { Decision } from "./stage-messages.ts";
import { claimOnFault } from "./strategy-fault.ts";
import { tellExecute } from "./tell-execute.ts";

const SPLIT_MICROS = SPLITS_APART_DAYS * MICROS_PER_DAY;

export class LiveDecisions {
  readonly stage: ExecuteStage;
  /** Entries that wait for a better quote (EXEC-4). */
  readonly deferred: DeferredEntries;
  readonly #ageMicros: number;
  readonly #offset: LiveOffset;
  readonly #sides: OneSide;
  readonly #splitAt = new Map<InstrumentId, number>();
  /** Decisions that came too late to enter on, counted. */
  stale = 0;

  /** `ageMicros`: a decision on bars older than this enters nothing; of the exchange. */
  constructor(
    config: ExecuteConfig,
    ageMicros: number,
    onFill: ConstructorParameters<typeof ExecuteStage>[1],
  ) {
    this.#ageMicros = ageMicros;
    this.#offset = new LiveOffset(config.execution, config.instruments, () => this.stage.facts);
    const { pricing } = this.#offset;
    this.stage = new ExecuteStage({ ...config, execution: pricing }, onFill);
    this.deferred = new DeferredEntries(this.stage, pricing);
    this.#sides = new OneSide(config, this.stage);
  }

  /** Entries that were given up because another strategy holds or enters the other side, counted. */
  get opposed(): number {
    return this.#sides.refused;
  }

  /** A minute is over. It is the time, whatever the clock of the quotes says. */
  bars(bars: BarBatch): void {
    this.stage.control({ kind: "TimePassed", at: bars.at });
    this.stage.bars(bars);
    this.#offset.bars(bars);
    const exits = this.#sides.unwound(bars.at);
    if (exits.length > 0) this.stage.decide(exits);
  }

  /** False for a split of shares that were split a moment ago: a source says it twice, or two sources do. */
  takes(event: CorporateActionEvent): boolean {
    const before = this.#splitAt.get(event.instrument) ?? Number.NEGATIVE_INFINITY;
    return event.kind !== "SharesSplit" || event.at - before >= SPLIT_MICROS;
  }

  /** What was told was no split: the next one is taken. */
  unsplit(instrument: InstrumentId): void {
    this.#splitAt.delete(instrument);
  }

  /** What the market, an operator or an authority says. Returns the round trips that a split has ended. */
  told(event: Exclude<EngineEvent, BarsClosed>): readonly EndedBySplit[] {
    const ended = tellExecute(this.stage, event);
    this.deferred.settled();
    this.deferred.heard(event);
    if (event.kind === "SharesSplit") this.#splitAt.set(event.instrument, event.at);
    if (event.kind === "SharesSplit" || event.kind === "DividendPaid") this.#offset.forget(event.instrument);
    return ended;
  }

  /** Arrived at that instant. Who threw enters nothing any more, not even what it still asked for before. */
  decided(
    { at, intents, faults = [] }: Pick<Decision, "at" | "intents" | "faults">,
    arrivedAt: EpochMicros,
  ): void {
    for (const fault of faults) this.stage.control(claimOnFault(fault, arrivedAt));
    const isStale = arrivedAt - at > this.#ageMicros;
    const fresh = isStale ? intents.filter(({ kind }) => kind !== "Enter") : intents;
    if (fresh.length < intents.length) this.stale += 1;
    const due = this.#sides.allowed(fresh);
    this.deferred.decided(due);
    if (due.length > 0) this.stage.decide(due);
    this.deferred.settled();
  }

  timePassed(at: EpochMicros): void {
    this.stage.control({ kind: "TimePassed", at });
    this.deferred.time(at);
  }
}
