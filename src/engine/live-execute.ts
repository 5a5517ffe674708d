/**
 * The execute stage as a process of its own: the same `ExecuteStage` as in the single loop, with the order life cycle
 * behind it instead of a venue of arithmetic. Everything it learns comes through `step`; what is to be asked of the
 * broker comes out as requests, and the caller sends them once the input behind them is durable (EN-2, EN-3).
 *
 * LE-1  Replaying the inputs in their order gives the same requests, feedback and books: that is how a restart works.
 * LE-2  Only orders that the gate approved become requests (C-12).
 */
import { InvariantError, unreachable } from "../domain/assert.ts";
import type { BrokerNews, BrokerRequest } from "../domain/broker.ts";
import type { BarsClosed, ClaimChanged, ControlEvent, EngineEvent } from "../domain/events.ts";
import { flattenOrderId } from "../domain/flatten-order-id.ts";
import type { InstrumentId, InstrumentTable } from "../domain/instrument.ts";
import { BUY, type ClientOrderId, Purpose, SELL } from "../domain/order.ts";
import { taken } from "../domain/small-list.ts";
import { type EpochMicros, MICROS_PER_SECOND } from "../domain/time.ts";
import { idKindOf } from "../execution/client-order-id.ts";
import type { FlattenNote } from "../execution/flatten-state.ts";
import type { Due, Instants, Lifecycle, LifecycleNote, LiveOrder } from "../execution/lifecycle/words.ts";
import type { Alarm } from "../execution/reconciliation-facts.ts";
import { slicePlan } from "../execution/slicing.ts";
import { type ApprovedOrder, isApproved } from "../risk/gate.ts";
import { AskedCancels } from "./asked-cancels.ts";
import { BrokerDuty, type DutyParts } from "./broker-duty.ts";
import { BrokerErrors } from "./broker-errors.ts";
import { BrokerRefusals, type RefusalParts } from "./broker-refusals.ts";
import { ComputeAlarms } from "./compute-alarms.ts";
import type { DeferredEntries } from "./deferred-entries.ts";
import type { ExecuteStage } from "./execute.ts";
import type { ExecuteConfig } from "./execute-config.ts";
import { FlattenDuty, type FlattenParts } from "./flatten-duty.ts";
import { isAction, LiveActions } from "./live-actions.ts";
import { LiveDecisions } from "./live-decisions.ts";
import type { Command } from "./ports.ts";
import { PositionDoubts } from "./position-doubts.ts";
import { answerRechecks } from "./recheck.ts";
import { accountSnapshot, type ComputeFeedback, type Decision, heardByCompute } from "./stage-messages.ts";
import { tellExecute } from "./tell-execute.ts";

/**
 * `event`: what the market, an operator or an authority says; bars keep their values after the step, and `sequence` is
 * its number among the market's events, absent for what is none. `time`: something may be due. `restarted`: the process
 * began anew, and the monotonic clock with it; lives count from 1.
 */
export type ExecuteWord =
  | { readonly kind: "event"; readonly event: EngineEvent; readonly sequence?: number }
  | { readonly kind: "decision"; readonly decision: Decision }
  | { readonly kind: "news"; readonly news: BrokerNews }
  | { readonly kind: "time" }
  | { readonly kind: "restarted"; readonly life: number };

/** TS-2 where something is merely held: bars value it, and a price near its stop is heard of at once. */
const HELD_MICROS = 15 * MICROS_PER_SECOND;

export type ExecuteInput = ExecuteWord & { readonly now: Instants };

export interface LiveExecuteConfig {
  readonly execute: ExecuteConfig;
  readonly instruments: InstrumentTable;
  readonly lifecycle: Lifecycle;
  /** Index of the pseudo-strategy that holds what nobody of ours ordered; its fills are none of compute's business. */
  readonly external: number;
  /** Strategies that compute knows of. */
  readonly strategies: number;
  /** A decision on bars older than this enters nothing: exchange micros. */
  readonly decisionAgeMicros: number;
  /** Dollars in the account that the run does not count as its own; 0 when absent. */
  readonly outside?: number;
  readonly adopted?: DutyParts["adopted"];
}

/** What the last step gave, in order; the caller empties it. */
export interface ExecuteOutput {
  readonly requests: BrokerRequest[];
  readonly feedback: ComputeFeedback[];
  /** What the broker's news meant for our orders: part of the record, made of the inputs. */
  readonly brokerEvents: Exclude<EngineEvent, BarsClosed>[];
  readonly commands: Command[];
  readonly notes: LifecycleNote[];
  /** Lines of a closing of everything, for the record. */
  readonly flattenNotes: FlattenNote[];
  /** What people must hear of. */
  readonly alarms: Alarm[];
}

export class LiveExecute {
  readonly #config: LiveExecuteConfig;
  readonly #lifecycle: Lifecycle;
  readonly #decisions: LiveDecisions;
  readonly stage: ExecuteStage;
  /** What compute said of itself. */
  readonly heard: ComputeAlarms;
  readonly #duty: BrokerDuty;
  readonly #actions: LiveActions;
  readonly #flatten: FlattenDuty;
  readonly #errors = new BrokerErrors();
  readonly #refusals: BrokerRefusals;
  readonly #cancels = new AskedCancels();
  readonly #doubts: PositionDoubts;
  readonly output: ExecuteOutput = {
    requests: [],
    feedback: [],
    brokerEvents: [],
    commands: [],
    notes: [],
    flattenNotes: [],
    alarms: [],
  };
  /** Closing orders per halt and symbol: their number is part of their name. */
  readonly #closings = new Map<string, number>();

  constructor(config: LiveExecuteConfig) {
    this.#config = config;
    this.#lifecycle = config.lifecycle;
    this.heard = new ComputeAlarms(config.execute.strategyIds);
    this.#decisions = new LiveDecisions(config.execute, config.decisionAgeMicros, (fill) => {
      if (fill.strategy !== config.external) this.output.feedback.push({ kind: "filled", fill });
    });
    const { stage } = this.#decisions;
    this.stage = stage;
    const { instruments, lifecycle, external, outside = 0, execute } = config;
    const [{ adopted = [] }, cancels, decisions] = [config, this.#cancels, this.#decisions];
    const lookNow = (now: Instants) => this.#duty.lookNow(now);
    const tell = (event: ControlEvent) => this.#tell(event);
    this.#doubts = new PositionDoubts({ stage, lifecycle, instruments, cancels, lookNow, tell });
    const compared: DutyParts["compared"] = (...what) => this.#doubts.compared(...what);
    this.#duty = new BrokerDuty({ stage, lifecycle, instruments, external, outside, adopted, compared });
    const ask: FlattenParts["ask"] = (request, now) => this.#duty.ask(request, now);
    this.#actions = new LiveActions({ decisions, lifecycle, instruments, duty: this.#duty, ...this.output });
    this.#flatten = new FlattenDuty({ stage, lifecycle, instruments, ask });
    const [{ sessions }, { alarms }] = [execute, this.output];
    const change: RefusalParts["change"] = (...what) => this.#change(...what);
    this.#refusals = new BrokerRefusals({ stage, instruments, sessions, alarms, change });
  }

  get lifecycle(): Lifecycle {
    return this.#lifecycle;
  }

  /** Entries that wait for a better quote (EXEC-4). */
  get deferred(): DeferredEntries {
    return this.#decisions.deferred;
  }

  /** Decisions that came too late to enter on, counted. */
  get staleDecisions(): number {
    return this.#decisions.stale;
  }

  /** Entries that were given up because another strategy holds or enters the other side, counted (OS-1). */
  get opposedEntries(): number {
    return this.#decisions.opposed;
  }

  /** How many strategies, the one that holds what is nobody's included, and instruments its books have. */
  get scope(): Pick<ExecuteConfig, "strategies" | "instruments"> {
    return this.#config.execute;
  }

  /** When `time` is wanted next, on each clock; infinite for never. */
  get nextDue(): Due {
    const { at, mono } = this.#lifecycle.nextDue;
    return { at, mono: Math.min(mono, this.#duty.nextMs, this.#doubts.nextMs) };
  }

  /** What the broker's cash is ahead of our books by, where an operator is asked about it, dollars. */
  get cashAhead(): number | undefined {
    return this.#duty.cashAhead;
  }

  /** When our books were compared with the broker's last; undefined before the first time. */
  get reconciledAt(): EpochMicros | undefined {
    return this.#duty.lookedAt;
  }

  /** Which line a closing of everything is at; undefined when there is none. */
  get flattenLine(): string | undefined {
    return this.#flatten.line;
  }

  /** How often its market is to be heard of (TS-2): exchange micros, Infinity where nothing of ours depends on it. */
  hearsEvery(instrument: InstrumentId): number {
    const { portfolio, facts, flattening } = this.stage;
    const works =
      facts.working(instrument, BUY) > 0 ||
      facts.working(instrument, SELL) > 0 ||
      facts.exiting(instrument, BUY) > 0 ||
      facts.exiting(instrument, SELL) > 0;
    if (works || this.deferred.watches(instrument)) return MICROS_PER_SECOND;
    if (portfolio.shares(instrument) === 0) return Number.POSITIVE_INFINITY;
    return flattening === undefined ? HELD_MICROS : MICROS_PER_SECOND;
  }

  /** From that price to the nearest stop, as a fraction of it: 0 or less when it is reached, Infinity without one. */
  stopDistance(instrument: InstrumentId, price: number): number {
    const { lots } = this.stage;
    let nearest = Number.POSITIVE_INFINITY;
    for (let s = 0; s < this.#config.execute.strategies; s++) {
      const held = lots.shares(s, instrument);
      const stop = held === 0 ? Number.NaN : this.stage.restingStop(s, instrument);
      if (!Number.isNaN(stop)) nearest = Math.min(nearest, (Math.sign(held) * (price - stop)) / price);
    }
    return nearest;
  }

  get isFlat(): boolean {
    return this.stage.portfolio.openPositions === 0;
  }

  /** An order of the flatten in force has left. */
  get isClosing(): boolean {
    const { flattening } = this.stage;
    if (flattening === undefined) return false;
    return [...this.#closings.keys()].some((key) => key.startsWith(`${flattening.haltId} `));
  }

  /** What the broker said when it refused our key; undefined while it serves us. */
  get refusedBy(): string | undefined {
    return this.#refusals.keyReason;
  }

  /** Why our books and the broker's are not known to agree; undefined when they are. */
  get notReconciled(): string | undefined {
    const { unknownCount } = this.#lifecycle;
    return unknownCount === 0 ? this.#duty.problem : `nobody knows what became of ${unknownCount} orders`;
  }

  step(input: ExecuteInput): void {
    const { now } = input;
    switch (input.kind) {
      case "event":
        this.#event(input.event, now);
        break;
      case "decision":
        this.#decided(input.decision, now);
        break;
      case "news":
        this.#heard(input.news, now);
        break;
      case "time":
        this.#decisions.timePassed(now.at);
        this.#doubts.time(now);
        this.#lifecycle.time(now);
        this.#duty.time(now);
        this.#judgeBroker(now);
        break;
      case "restarted":
        this.#lifecycle.restarted(now);
        this.#duty.restarted(now, input.life);
        this.#flatten.restarted(now);
        this.#doubts.restarted(now);
        this.#errors.restarted(now);
        break;
      default:
        unreachable(input);
    }
    this.#settle(now);
    this.#flatten.time(now);
    this.#settle(now);
  }

  /** Orders first, then the books as a whole: else a fill that was missed would look like a position of nobody's. */
  #heard(news: BrokerNews, now: Instants): void {
    this.#errors.heard(news, now);
    this.#refusals.heard(news, now);
    if (!this.#duty.heard(news, now)) this.#lifecycle.heard(news, now);
    this.#refusals.noted(this.#lifecycle.notes, now);
    this.#doubts.reported(news, now);
    this.#settle(now);
    this.#duty.compare(now);
    this.#actions.compared(now);
    this.#settle(now);
    this.#flatten.heard(news, now);
  }

  #decided(decision: Decision, now: Instants): void {
    this.#decisions.decided(decision, now.at);
    this.output.alarms.push(...this.heard.heard(decision));
  }

  /** Part of the record: nobody else could say it again. */
  #tell(event: ControlEvent): void {
    this.output.brokerEvents.push(event);
    this.stage.control(event);
  }

  #judgeBroker(now: Instants): void {
    const changed = this.#errors.time(now, !this.isFlat);
    if (changed !== undefined) this.#change(changed, now);
  }

  #change(changed: Omit<ClaimChanged, "kind" | "at">, now: Instants): void {
    this.#tell({ kind: "ClaimChanged", at: now.at, ...changed });
  }

  #event(event: EngineEvent, now: Instants): void {
    const { stage } = this;
    const symbolOf = (instrument: InstrumentId) => this.#config.instruments.symbols[instrument] ?? "";
    // Whoever restricts from outside lifts it again by books that were compared since.
    if (event.kind === "ClaimChanged" && event.claim !== undefined) this.#duty.lookSoon();
    if (event.kind === "CashMoved") this.#duty.lookSoon();
    if (event.kind === "BooksAsked") this.#duty.lookNow(now);
    if (event.kind === "TradingHalted" || event.kind === "TradingResumed")
      this.#flatten.halted(symbolOf(event.instrument), event.kind === "TradingHalted", now);
    if (event.kind === "TradePrinted") this.#flatten.printed(symbolOf(event.instrument), now);
    if (isAction(event)) {
      this.#actions.told(event, now);
      return;
    }
    if (event.kind === "InstrumentLocked") this.#actions.locked(event, now);
    if (event.kind !== "BarsClosed") {
      this.#decisions.told(event);
      if (event.kind === "InstrumentUnlocked") this.#actions.unlocked(event, now);
      const heard = heardByCompute(event);
      if (heard !== undefined) this.output.feedback.push(heard);
      return;
    }
    this.#decisions.bars(event.bars);
    const { strategies, execute } = this.#config;
    const account = accountSnapshot(stage, { ...execute, strategies });
    this.output.feedback.push({ kind: "valued", at: event.bars.at, account });
  }

  /** Hands on what each part has to say to the others, until nobody has anything more to say. */
  #settle(now: Instants): void {
    const { commands } = this.stage;
    const { events } = this.#lifecycle;
    const { reports, events: wanted } = this.#duty;
    const closing = this.#flatten.events;
    const asks = this.#lifecycle.rechecks?.asks ?? [];
    while (
      asks.length + commands.length + events.length + reports.length + wanted.length + closing.length >
      0
    ) {
      for (const command of taken(commands)) this.#hand(command, now);
      for (const event of taken(events)) {
        this.output.brokerEvents.push(event);
        this.#doubts.heard(event, now);
        this.stage.broker(event);
      }
      for (const report of taken(reports)) this.#lifecycle.heard(report, now);
      for (const event of [...taken(wanted), ...taken(closing)]) {
        if (event.kind === "BarsClosed" || this.#actions.isFound(event, now)) continue;
        this.output.brokerEvents.push(event);
        tellExecute(this.stage, event);
      }
      // Last: what was told in this step may bar it.
      answerRechecks(this.#lifecycle.rechecks, this.stage, now);
    }
    const { output } = this;
    output.requests.push(...taken(this.#lifecycle.requests), ...taken(this.#duty.asks));
    output.notes.push(...taken(this.#lifecycle.notes));
    output.flattenNotes.push(...taken(this.#flatten.notes));
    output.alarms.push(...taken(this.#duty.alarms), ...taken(this.#flatten.alarms));
    output.alarms.push(...taken(this.stage.alarms));
    for (const text of taken(this.stage.kill.words)) output.alarms.push({ severity: "page", text });
  }

  #hand(command: Command, now: Instants): void {
    if (!this.#cancels.isNews(command)) return;
    this.output.commands.push(command);
    if (command.kind === "CancelOrder") this.#lifecycle.cancel(command.order, now);
    else if (command.kind === "ReplaceStop") this.#lifecycle.moveStop(command.order, command.stop, now);
    else this.#lifecycle.place(this.#liveOrder(command.order, now), now);
  }

  /** An approved order with the names that the world knows. */
  #liveOrder(order: ApprovedOrder, now: Instants): LiveOrder {
    if (!isApproved(order))
      throw new InvariantError(`RK-5: order ${order.number} did not come from the gate`);
    const { instruments, execute } = this.#config;
    const symbol = instruments.symbols[order.instrument] ?? "";
    const strategy = execute.strategyIds?.[this.stage.orders.strategy(order.number)] ?? "";
    const { number, side, shares, purpose, type, timeInForce, limit, stop, bracket, members } = order;
    const parts = { strategy, symbol, decidedAt: order.decidedAt, kind: idKindOf(purpose) };
    const usual = this.stage.facts.averageVolume(order.instrument);
    const slices = slicePlan(order, usual, execute.execution.slicing);
    return {
      ...{ number, symbol, strategy, side, shares, purpose, type, timeInForce },
      ...{ limit, stop, bracket, members, slices },
      // What leaves late is judged from the gate's verdict on, not from the bar (EXEC-6).
      decidedAt: now.at,
      clientId: this.#closingId(order, symbol) ?? this.#lifecycle.clientIdFor(parts),
    };
  }

  /** In a halt the guardian makes the same names, so that the broker takes a position's closing once (I-38). */
  #closingId({ purpose }: ApprovedOrder, symbol: string): ClientOrderId | undefined {
    const { flattening } = this.stage;
    if (purpose !== Purpose.Flatten || flattening === undefined) return undefined;
    const key = `${flattening.haltId} ${symbol}`;
    const attempt = (this.#closings.get(key) ?? 0) + 1;
    this.#closings.set(key, attempt);
    return flattenOrderId(flattening.haltId, symbol, attempt);
  }
}
