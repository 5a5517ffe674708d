/**
 * One life of the execute process, as `execute-process.ts` wires it, with virtual ends: the real driver, outbox, life
 * cycle, tick sieve, journal guard and Alpaca client. It dies where the dice say, between any two of its acts, and its
 * next life begins from what the journal kept.
 */

import { AlpacaBroker } from "../../src/adapters/brokers/alpaca/broker.ts";
import { paperHosts } from "../../src/adapters/brokers/alpaca/hosts.ts";
import type { JournalRow } from "../../src/adapters/journal/journal-terms.ts";
import { Counts } from "../../src/adapters/net/counts.ts";
import type { TimerHandle, Transport } from "../../src/adapters/net/ports.ts";
import { ExecuteDriver } from "../../src/app/live/execute-driver.ts";
import { JournalGuard } from "../../src/app/live/journal-guard.ts";
import { noKillPoints } from "../../src/app/live/kill-points.ts";
import type { BrokerNews, BrokerRequest } from "../../src/domain/broker.ts";
import type { EngineEvent } from "../../src/domain/events.ts";
import type { InstrumentTable } from "../../src/domain/instrument.ts";
import type { EpochMicros } from "../../src/domain/time.ts";
import type { ExecuteInput, ExecuteWord, LiveExecute } from "../../src/engine/live-execute.ts";
import { executeInputText, parseDecision, parseExecuteInput } from "../../src/engine/stage-text.ts";
import { TickSieve } from "../../src/engine/tick-sieve.ts";
import type { Instants } from "../../src/execution/lifecycle/words.ts";
import { credentials } from "../alpaca-conversation.ts";
import type { LifeClock } from "./life-clock.ts";
import type { LiveStormJournal } from "./live-journal.ts";

/** The process dies here: nothing after it happens. */
export class CrashSignal extends Error {}

export type CrashPoint = "before the append" | "after the append" | "after the step" | "before sending";

/** What planted bugs may put in the way. */
export interface ExecuteSabotage {
  built?(live: LiveExecute): void;
  transport?(transport: Transport): Transport;
  news?(news: BrokerNews, deliver: (news: BrokerNews) => void): void;
  send?(request: BrokerRequest, send: (request: BrokerRequest) => void): void;
  /** Does not wait for the journal. */
  readonly sendsBeforeDurable?: boolean;
  /** What a replay leaves out. */
  replays?(input: ExecuteInput): boolean;
}

export interface ExecuteParts {
  readonly life: number;
  readonly clock: LifeClock;
  readonly transport: Transport;
  readonly journal: LiveStormJournal;
  readonly instruments: InstrumentTable;
  readonly live: LiveExecute;
  readonly sabotage: ExecuteSabotage;
  /** The exchange's time as this process believes it. */
  exchangeNow(): EpochMicros;
  /** Dies here, perhaps. */
  at(point: CrashPoint): void;
  /** Something was thrown: the death of the process, or a finding. */
  threw(error: unknown): void;
  /** After each step, replayed or not, while its output is still there. */
  stepped(input: ExecuteInput): void;
  sent(request: BrokerRequest): void;
  tell(sequence: number, text: string): void;
  trace(line: () => string): void;
}

const TIME_EVERY_MS = 1000;
const WATCH_EVERY_MS = 100;
export const JOURNAL_WAIT_MS = 250;

export class ExecuteLife {
  readonly #parts: ExecuteParts;
  readonly driver: ExecuteDriver;
  readonly #broker: AlpacaBroker;
  readonly #sieve: TickSieve;
  readonly #guard = new JournalGuard();
  #due: TimerHandle | undefined;
  #isSlowSince: number | undefined;
  /** The last life that the journal tells of. */
  #lives = 0;

  constructor(parts: ExecuteParts) {
    this.#parts = parts;
    const { clock, live, journal, sabotage, transport } = parts;
    sabotage.built?.(live);
    const step = live.step.bind(live);
    live.step = (input) => {
      step(input);
      parts.stepped(input);
    };
    const send = (request: BrokerRequest) => this.#send(request);
    this.driver = new ExecuteDriver({
      run: "storm",
      live,
      now: () => this.now,
      write: (rows) => this.#write(rows),
      whenWritten: (ticket, done) => {
        if (sabotage.sendsBeforeDurable === true) done();
        else journal.whenWritten(ticket, () => this.#guarded(done));
      },
      send: (request) => (sabotage.send === undefined ? send(request) : sabotage.send(request, send)),
      tell: (sequence, text) => parts.tell(sequence, text),
      journalWaitMs: JOURNAL_WAIT_MS,
      egressMicros: 5_000_000,
      points: noKillPoints,
    });
    this.#broker = new AlpacaBroker({
      clock,
      transport: sabotage.transport?.(transport) ?? transport,
      credentials,
      hosts: paperHosts,
      seed: parts.life,
      exchangeNow: () => this.now.at,
      exposed: () => live.stage.portfolio.gross > 0,
      // Whoever sends by himself asks nobody.
      barred: (request) => (sabotage.send === undefined ? this.driver.barred(request) : undefined),
      onNews: (news) => this.#news(news),
      onPulse: () => undefined,
      onTerminal: (reason) => parts.trace(() => `terminal: ${reason}`),
      log: (line) => parts.trace(() => `  . ${line}`),
      counts: new Counts(),
    });
    this.#sieve = new TickSieve({
      instruments: parts.instruments.symbols.length,
      hearsEvery: (instrument) => live.hearsEvery(instrument),
      stopDistance: (instrument, price) => live.stopDistance(instrument, price),
    });
  }

  get now(): Instants {
    return { at: this.#parts.exchangeNow(), mono: this.#parts.clock.now() };
  }

  get live(): LiveExecute {
    return this.driver.live;
  }

  get isUp(): boolean {
    return this.#broker.isUp;
  }

  /** Replays what the journal kept and begins to live. */
  start(): void {
    const { journal, instruments, sabotage, clock } = this.#parts;
    journal.open(clock);
    for (const text of journal.inputs) {
      const input = parseExecuteInput(text, instruments);
      if (input.kind === "restarted") this.#lives = input.life;
      if (sabotage.replays?.(input) === false) continue;
      this.driver.replay(input);
    }
    this.consume({ kind: "restarted", life: this.#lives + 1 });
    this.#broker.start();
    this.#every(WATCH_EVERY_MS, () => this.#lookAround());
    this.#every(TIME_EVERY_MS, () => this.consume({ kind: "time" }));
  }

  consume(word: ExecuteWord): void {
    if (this.#parts.clock.isDead) return;
    this.#parts.trace(() => {
      const text = executeInputText({ ...word, now: this.now });
      return word.kind === "time" ? "" : `${this.driver.inputs} ${text.slice(0, 600)}`;
    });
    this.#guarded(() => {
      this.driver.consume(word);
      this.#arm();
    });
  }

  market(sequence: number, event: EngineEvent): void {
    if (sequence > this.driver.marketSequence) this.consume({ kind: "event", event, sequence });
  }

  tick(event: EngineEvent): void {
    const passed =
      event.kind === "QuoteUpdated"
        ? this.#sieve.quote(event)
        : event.kind === "TradePrinted"
          ? this.#sieve.trade(event)
          : [];
    for (const each of passed) this.consume({ kind: "event", event: each });
  }

  decided(sequence: number, text: string): void {
    if (sequence !== this.driver.nextDecision) return;
    const decision = parseDecision(text);
    for (const { instrument } of decision.intents)
      for (const quote of this.#sieve.of(instrument, this.now.at))
        this.consume({ kind: "event", event: quote });
    this.consume({ kind: "decision", decision });
  }

  journalFailed(reason: string): void {
    this.#parts.journal.fail(reason);
    this.#guarded(() => this.driver.journalFailed(reason));
  }

  #news(news: BrokerNews): void {
    const { sabotage } = this.#parts;
    const deliver = (each: BrokerNews) => this.consume({ kind: "news", news: each });
    if (sabotage.news === undefined) deliver(news);
    else sabotage.news(news, deliver);
  }

  /** Dies before or after an append; the second append of an input comes after the step. */
  #write(rows: readonly JournalRow[]): number {
    const { journal, at } = this.#parts;
    const isInput = rows.some((row) => row.kind === "entry" && row.part === "input");
    at(isInput ? "before the append" : "after the step");
    const ticket = journal.write(rows);
    if (isInput) at("after the append");
    return ticket;
  }

  #send(request: BrokerRequest): void {
    const { at, sent, clock } = this.#parts;
    if (clock.isDead) return;
    at("before sending");
    sent(request);
    this.#broker.request(request);
  }

  #lookAround(): void {
    const { journal, clock } = this.#parts;
    this.#guarded(() => this.driver.releaseOverdue());
    const now = clock.now();
    this.#isSlowSince = journal.pending === 0 ? undefined : (this.#isSlowSince ?? now);
    const oldestMs = this.#isSlowSince === undefined ? 0 : now - this.#isSlowSince;
    const { failure, pending } = journal;
    const state = failure === undefined ? "open" : "failed";
    const said = this.#guard.look({
      state,
      pending,
      oldestMs,
      isSlow: oldestMs >= JOURNAL_WAIT_MS,
      isFull: false,
      failure,
    });
    if (said !== undefined)
      this.consume({ kind: "event", event: { kind: "ClaimChanged", at: this.now.at, ...said } });
  }

  #arm(): void {
    const { at, mono } = this.live.nextDue;
    const { at: exchange, mono: clock } = this.now;
    const afterMs = Math.min((at - exchange) / 1000, mono - clock);
    this.#due?.cancel();
    this.#due = undefined;
    if (!Number.isFinite(afterMs) || afterMs >= TIME_EVERY_MS) return;
    this.#due = this.#parts.clock.timer(Math.max(1, afterMs), () => this.consume({ kind: "time" }));
  }

  #guarded(act: () => void): void {
    if (this.#parts.clock.isDead) return;
    try {
      act();
    } catch (error) {
      this.#parts.threw(error);
    }
  }

  #every(everyMs: number, act: () => void): void {
    const again = () => {
      act();
      this.#parts.clock.timer(everyMs, again);
    };
    this.#parts.clock.timer(everyMs, again);
  }
}
