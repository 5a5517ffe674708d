/**
 * The ledger as a projection of execute's journal (LEDGER-1): it is shown the stage after each input, remembers what
 * only that moment can tell, and writes rows of what has changed since the last flush. Everything else it reads from
 * the stage's own tables when it writes, so one input costs a few comparisons.
 *
 * LP-1  Rows are a function of the inputs up to the batch's sequence, however these were cut into batches: what grew
 *       step by step equals what was rebuilt.
 * LP-2  Inputs that are applied already are shown, too, because the stage is rebuilt by them; they write nothing new.
 */
import type {
  Change,
  LedgerSink,
  PerformanceTable,
  SignalChange,
  TradesTable,
} from "../../adapters/ledger/ledger-rows.ts";
import type { EngineEvent } from "../../domain/events.ts";
import type { ExecuteInput, LiveExecute } from "../../engine/live-execute.ts";
import type { Decision } from "../../engine/stage-messages.ts";
import { TradeField } from "../../engine/trade-log.ts";
import type { AskedRule } from "../../risk/gate.ts";
import { claimChanges } from "./ledger-claims.ts";
import { LedgerDays } from "./ledger-days.ts";
import { LedgerLots } from "./ledger-lots.ts";
import { LedgerNames, type LedgerTerms } from "./ledger-names.ts";
import { LedgerOrders } from "./ledger-orders.ts";
import { positionChanges } from "./ledger-positions.ts";
import { regimeChanges } from "./ledger-regime.ts";
import {
  adjustmentRow,
  closedTradeRow,
  openTradeRow,
  signalRow,
  verdictsRow,
} from "./ledger-rows-of-trades.ts";

/** While inputs that are applied already pass by, what they would write is dropped so often. */
const DROP_EVERY = 1024;

export class LedgerProjection {
  readonly #terms: LedgerTerms;
  readonly #names: LedgerNames;
  readonly #sink: LedgerSink;
  readonly #lots: LedgerLots;
  readonly #days: LedgerDays;
  readonly #orders: LedgerOrders;
  /** Applied when it began, and written since. */
  #applied = -1;
  #sequence = -1;
  #at = 0;
  #execute: LiveExecute | undefined;
  #changes: (Change<TradesTable> | SignalChange)[] = [];
  /** Signals of this session that no order has come of yet. */
  readonly #awaiting = new Set<number>();
  /** What signals aim at, as long as an order or a lot of theirs may need it. */
  readonly #targets = new Map<number, number>();
  #session = Number.NaN;
  #claimsSeen = 0;
  #regimeSeen = 0;
  #openClaims: readonly number[] = [];
  #stale = 0;
  #decisions = 0;
  #lastDecisionAt: number | null = null;
  #unapplied = 0;

  constructor(terms: LedgerTerms, sink: LedgerSink) {
    const strategies = terms.strategyIds.length;
    this.#terms = terms;
    this.#names = new LedgerNames(terms);
    this.#sink = sink;
    this.#applied = sink.applied(terms.run);
    this.#days = new LedgerDays(terms, this.#names);
    this.#orders = new LedgerOrders(this.#names);
    this.#lots = new LedgerLots(strategies, terms.instruments.symbols.length, {
      opened: (strategy) => this.#days.strategies.opened(strategy),
      closed: (trade, trip, peak, trough) => this.#tripClosed(trade, trip, peak, trough),
    });
  }

  /** Last sequence that the files hold. */
  get applied(): number {
    return this.#applied;
  }

  /** Inputs since the last flush that it would write something of. */
  get unapplied(): number {
    return this.#unapplied;
  }

  /** After `execute` stepped over the input, and before its output is taken away. Sequences rise. */
  observe(execute: LiveExecute, input: ExecuteInput, sequence: number): void {
    const { stage } = execute;
    this.#execute = execute;
    this.#sequence = sequence;
    this.#at = input.now.at;
    if (stage.clock.date !== this.#session) this.#newSession(stage.clock.date);
    this.#days.enter(stage);
    if (input.kind === "decision") this.#decided(input.decision, execute);
    else if (input.kind === "news") this.#orders.heard(input.news, input.now.mono);
    else if (input.kind === "event") this.#event(input.event, execute);
    else if (input.kind === "restarted") this.#orders.restarted();
    // What execute found at the broker itself: adjustments, deposits.
    for (const event of execute.output.brokerEvents) this.#event(event, execute);
    // What was booked of splits, whoever told of them; one that is told twice is none.
    for (const said of execute.output.feedback)
      if (said.kind === "action" && said.event.kind === "SharesSplit")
        this.#lots.restate(said.event.instrument, said.event.newShares / said.event.oldShares);
    this.#orders.observe(execute, input.now.mono, (signal) => this.#awaiting.delete(signal));
    this.#lots.follow(stage);
    this.#days.observe(stage, input.now.at, input.kind === "event" && input.event.kind === "BarsClosed");
    this.#unapplied += 1;
    if (sequence > this.#applied || this.#unapplied < DROP_EVERY) return;
    this.#collect(execute);
    this.#unapplied = 0;
  }

  /** What the gate's rules said of an order, in the step that is shown next. */
  asked(order: number, rules: readonly AskedRule[]): void {
    if (rules.length === 0) return;
    this.#changes.push({ kind: "add", table: "order_verdicts", row: verdictsRow(this.#names, order, rules) });
  }

  /** Writes what has changed, and that the journal is applied up to `sequence`: the last input's, or a later one's. */
  flush(sequence = this.#sequence): void {
    const execute = this.#execute;
    if (execute === undefined || sequence <= this.#applied) return;
    const { trades, performance } = this.#collect(execute);
    this.#sink.write({
      run: this.#names.run,
      startedAt: this.#terms.startedAt,
      after: this.#applied,
      sequence,
      at: this.#at,
      lastDecisionAt: this.#lastDecisionAt,
      decisions: this.#decisions,
      staleDecisions: this.#stale,
      trades,
      performance,
    });
    this.#applied = sequence;
    this.#unapplied = 0;
  }

  #event(event: EngineEvent, { stage }: LiveExecute): void {
    if (event.kind === "BarsClosed") this.#lots.bars(event.bars);
    else if (event.kind === "CashMoved" && !event.isResult) this.#days.flow(event.dollars);
    else if (event.kind === "PositionAdjusted") {
      const price = event.price > 0 ? event.price : stage.portfolio.mark(event.instrument);
      this.#changes.push({
        kind: "add",
        table: "executions",
        row: adjustmentRow(this.#names, event, price),
      });
    }
  }

  #decided(decision: Decision, { staleDecisions }: LiveExecute): void {
    const isStale = staleDecisions > this.#stale;
    this.#stale = staleDecisions;
    this.#decisions += 1;
    this.#lastDecisionAt = decision.at;
    for (const note of decision.signals) {
      const row = signalRow(this.#names, decision, note);
      this.#changes.push({ kind: "add", table: "signals", row });
      this.#orders.known(note.signal);
      if (note.target !== null && note.kind === "enter") this.#targets.set(note.signal, note.target);
      if (row.status !== "pending") continue;
      if (isStale && note.kind === "enter") this.#expire(note.signal);
      else this.#awaiting.add(note.signal);
    }
  }

  #expire(signal: number): void {
    const id = this.#names.signal(signal);
    if (id !== null) this.#changes.push({ kind: "ended", signal: id, status: "expired" });
  }

  /** What nobody made an order of in its session, nobody will. */
  #newSession(date: number): void {
    this.#session = date;
    for (const signal of this.#awaiting) this.#expire(signal);
    this.#awaiting.clear();
    const { stage } = this.#execute ?? {};
    if (stage === undefined || this.#targets.size === 0) return;
    const needed = this.#orders.signals(stage);
    for (const slot of this.#lots.open)
      needed.add(stage.trades.openLot(...this.#lots.split(slot))?.signal ?? -1);
    for (const signal of this.#targets.keys()) if (!needed.has(signal)) this.#targets.delete(signal);
  }

  #tripClosed(trade: number, trip: number, peak: number, trough: number): void {
    const stage = this.#execute?.stage;
    if (stage === undefined) return;
    const get = (field: TradeField) => stage.trades.get(trade, field);
    const [strategy, instrument] = [get(TradeField.strategy), get(TradeField.instrument)];
    this.#days.strategies.closed(strategy, get(TradeField.pnl));
    const facts = { id: this.#names.trade(strategy, instrument, trip), peak, trough };
    const target = this.#targets.get(get(TradeField.signalIn)) ?? null;
    const row = closedTradeRow(this.#names, stage, trade, { ...facts, target });
    this.#changes.push({ kind: "put", table: "trades", row });
  }

  #collect(execute: LiveExecute): {
    trades: (Change<TradesTable> | SignalChange)[];
    performance: Change<PerformanceTable>[];
  } {
    const { stage } = execute;
    const trades = this.#changes;
    this.#changes = [];
    trades.push(...this.#orders.changes(execute));
    for (const slot of this.#lots.open) {
      const place = this.#lots.split(slot);
      const lot = stage.trades.openLot(...place);
      if (lot === undefined) continue;
      const id = this.#names.trade(...place, this.#lots.trip(slot));
      const [peak, trough] = [this.#lots.peak(slot), this.#lots.trough(slot)];
      const target = this.#targets.get(lot.signal) ?? null;
      const row = openTradeRow(this.#names, place, lot, { id, peak, trough, target });
      trades.push({ kind: "put", table: "trades", row });
    }
    const targetOf = (signal: number) => this.#targets.get(signal) ?? null;
    const [names, lots, instruments] = [this.#names, this.#lots, this.#terms.instruments.symbols.length];
    trades.push(...positionChanges({ names, stage, lots, instruments, targetOf }));
    const claims = claimChanges(names, stage.claimLog.claims, this.#openClaims, this.#claimsSeen);
    this.#openClaims = claims.open;
    this.#claimsSeen = claims.seen;
    const regime = regimeChanges(names, stage.regime?.changes ?? [], this.#regimeSeen);
    this.#regimeSeen += regime.length;
    return { trades, performance: [...this.#days.changes(), ...claims.changes, ...regime] };
  }
}
