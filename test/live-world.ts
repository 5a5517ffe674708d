/**
 * The execute process without sockets: the real driver, stage, life cycle, flatten overseer and Alpaca client under
 * virtual time, against the pure brokerage behind the exchange's own routes. Decisions and bars are given by hand; a
 * fault is a function between a request and its answer. It can be killed after any transaction of its journal and
 * starts again from what that kept.
 */

import { AlpacaBroker } from "../src/adapters/brokers/alpaca/broker.ts";
import { paperHosts } from "../src/adapters/brokers/alpaca/hosts.ts";
import type { JournalRow } from "../src/adapters/journal/journal-terms.ts";
import { Counts } from "../src/adapters/net/counts.ts";
import type { HttpRequest, TimerHandle } from "../src/adapters/net/ports.ts";
import { VirtualClock } from "../src/adapters/net/virtual-clock.ts";
import {
  type VirtualAnswer,
  VirtualNetwork,
  type VirtualPeer,
  type VirtualServer,
} from "../src/adapters/net/virtual-network.ts";
import { ExecuteDriver } from "../src/app/live/execute-driver.ts";
import { noKillPoints } from "../src/app/live/kill-points.ts";
import type { BarBatch } from "../src/domain/bars.ts";
import type { EngineEvent, OperatorActed } from "../src/domain/events.ts";
import { type InstrumentId, instrumentTable } from "../src/domain/instrument.ts";
import { type Money, usd } from "../src/domain/money.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import { type ExecuteInput, type ExecuteWord, LiveExecute } from "../src/engine/live-execute.ts";
import { parseExecuteInput } from "../src/engine/stage-text.ts";
import { ensembleParams } from "../src/ensemble/ensemble-params.ts";
import { accountRoutes } from "../src/exchange/account-routes.ts";
import { type Answer, Refused, type Route } from "../src/exchange/http-words.ts";
import { orderRoutes } from "../src/exchange/order-routes.ts";
import { updateJson } from "../src/exchange/order-wire.ts";
import { OrderLifecycle } from "../src/execution/lifecycle/order-lifecycle.ts";
import type { Instants } from "../src/execution/lifecycle/words.ts";
import { executionParams } from "../src/execution/order-policy.ts";
import { xnysSessions } from "../src/market/calendar.ts";
import { breakers } from "../src/risk/breaker-registry.ts";
import { endOfDay } from "../src/risk/rules/end-of-day.ts";
import { Brokerage } from "../src/sim/brokerage/brokerage.ts";
import type { OrderRequest } from "../src/sim/brokerage/order-request.ts";
import type { BrokerageTerms } from "../src/sim/brokerage/terms.ts";
import { credentials } from "./alpaca-conversation.ts";
import { columnsOf } from "./bar-text.ts";
import { ASSETS, type Ask, clock as newYork, request as orderOf } from "./brokerage-world.ts";
import { LifeClock } from "./storm-live/life-clock.ts";

export const SYMBOLS = ["ACME", "HARD"] as const;
export const instruments = instrumentTable(SYMBOLS);
const NONE = 0 as Money;
const CASH = 100_000;
export const RUN = "dworld";
const OWN = 0;
const EXTERNAL = 1;
const TIME_EVERY_MS = 1_000;
const WATCH_EVERY_MS = 100;
const JOURNAL_WAIT_MS = 250;

/** The process died after a transaction. */
class Killed extends Error {}

export type Fault = (request: HttpRequest, answer: () => VirtualAnswer) => VirtualAnswer | undefined;

class Front implements VirtualServer {
  readonly requests: string[] = [];
  readonly peers = new Set<VirtualPeer>();
  /** Asked for each request; undefined: nothing is wrong with it. */
  fault: Fault = () => undefined;
  /** For each frame of the stream: what is sent instead. */
  frames: (text: string) => readonly string[] = (text) => [text];
  upgrades: (peer: VirtualPeer) => number | "mute" | undefined = () => undefined;
  readonly #brokerage: Brokerage;
  readonly #routes: readonly Route[];
  readonly #now: () => EpochMicros;
  #events = 0;

  constructor(brokerage: Brokerage, now: () => EpochMicros) {
    this.#brokerage = brokerage;
    this.#now = now;
    this.#routes = [...orderRoutes(brokerage, now), ...accountRoutes(brokerage, ASSETS, now)];
  }

  handle(request: HttpRequest): VirtualAnswer {
    const { pathname } = new URL(request.url);
    this.requests.push(`${request.method} ${pathname}`);
    return this.fault(request, () => this.#answer(request)) ?? this.#answer(request);
  }

  upgrade(peer: VirtualPeer): number | "mute" | undefined {
    const verdict = this.upgrades(peer);
    if (verdict !== undefined) return verdict;
    this.peers.add(peer);
    const say = (stream: string, data: unknown) => peer.send(JSON.stringify({ stream, data }));
    peer.onMessage = (data) => {
      const { action } = JSON.parse(String(data)) as { readonly action: string };
      if (action === "authenticate") say("authorization", { status: "authorized", action });
      else say("listening", { streams: ["trade_updates"] });
    };
    return undefined;
  }

  /** What has happened at the brokerage, to whoever listens. */
  tell(): void {
    for (const update of this.#brokerage.updates.splice(0)) {
      this.#events += 1;
      const data = updateJson(update, String(this.#events).padStart(12, "0"));
      for (const frame of this.frames(JSON.stringify({ stream: "trade_updates", data })))
        for (const peer of this.peers) peer.send(new TextEncoder().encode(frame));
    }
  }

  drop(reason: string): void {
    for (const peer of this.peers) peer.close(reason);
    this.peers.clear();
  }

  #answer({ method, url, body }: HttpRequest): VirtualAnswer {
    const { pathname, searchParams: query } = new URL(url);
    const path = decodeURIComponent(pathname);
    this.#brokerage.advance(this.#now());
    const json: unknown = body === undefined ? undefined : JSON.parse(body);
    const said = (status: number, value: unknown): VirtualAnswer => ({
      status,
      headers: { "content-type": "application/json" },
      body: value === undefined ? "" : JSON.stringify(value),
    });
    for (const route of this.#routes) {
      const match = route.method === method ? route.path.exec(path) : null;
      if (match === null) continue;
      try {
        const answer = route.answer({ method, path, query, body: json, parts: match.slice(1) }) as Answer;
        this.tell();
        return said(answer.status, answer.body);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        return said(error.status, { code: error.code, message: error.message, ...error.extra });
      }
    }
    throw new Error(`no ${method} ${path} in this world`);
  }
}

/** One transaction, and what of it a reader would ask for. */
export type Transaction = readonly JournalRow[];

export type WorldAccount = Partial<Pick<BrokerageTerms, "startingCash" | "multiplier" | "legacyPdt">> & {
  /** Who watches the stops of the engine; the venue where nothing is said. */
  readonly stops?: "virtual";
  /** Limits of the end of the day; absent: nothing is done before the close. */
  readonly endOfDay?: object;
};

export class LiveWorld {
  readonly clock = new VirtualClock();
  readonly brokerage: Brokerage;
  readonly front: Front;
  readonly journal: Transaction[] = [];
  readonly #startAt: EpochMicros;
  readonly #network: VirtualNetwork;
  readonly #prices: number[] = SYMBOLS.map(() => 100);
  readonly #bars: EngineEvent[] = [];
  #life: LifeClock | undefined;
  #broker: AlpacaBroker | undefined;
  #driver: ExecuteDriver | undefined;
  #due: TimerHandle | undefined;
  #lives = 0;
  #decisions = 0;
  /** The process dies right after the transaction of that number. */
  killAfter = Number.POSITIVE_INFINITY;
  /** False: nothing is durable, and nobody is told. */
  isDiskWell = true;
  #waiting: (() => void)[] = [];
  deaths = 0;
  /** Hears each input after its step, replayed ones too. */
  heard: (input: ExecuteInput) => void = () => undefined;
  /** A driver was made for a new life; its replay comes next. */
  began: (driver: ExecuteDriver) => void = () => undefined;

  /** Shares a session of each symbol, of the 20 sessions before; absent: nobody knows. */
  readonly #usualVolume: number | undefined;

  readonly #account: WorldAccount;

  /** Of New York, a Monday, as `09:30`. `account`: terms of the brokerage, and the dollars in it. */
  constructor(startsAt = "09:29:50", usualVolume?: number, account: WorldAccount = {}) {
    const { startingCash = CASH, stops: _, endOfDay: __, ...terms } = account;
    this.#startAt = newYork(startsAt);
    this.#usualVolume = usualVolume;
    this.#account = account;
    this.brokerage = new Brokerage({
      ...{ assets: ASSETS, sessions: xnysSessions(), startsAt: this.#startAt, startingCash },
      ...{ multiplier: 2, seed: 3, fillModel: "paper", ...terms },
    });
    this.front = new Front(this.brokerage, () => this.at);
    this.#network = new VirtualNetwork({ clock: this.clock, latencyMs: 2, server: this.front });
    this.#market();
  }

  get at(): EpochMicros {
    return (this.#startAt + Math.round(this.clock.now() * 1000)) as EpochMicros;
  }

  get now(): Instants {
    return { at: this.at, mono: this.#life?.now() ?? 0 };
  }

  get driver(): ExecuteDriver {
    if (this.#driver === undefined) throw new Error("the world's execute has not started");
    return this.#driver;
  }

  get live(): LiveExecute {
    return this.driver.live;
  }

  get isAlive(): boolean {
    return this.#life !== undefined && !this.#life.isDead;
  }

  /** Signed shares at the broker. */
  held(symbol: (typeof SYMBOLS)[number]): number {
    const found = this.brokerage.positions().find((position) => position.symbol === symbol);
    return (found?.quantity ?? 0) / 1e9;
  }

  /** Signed shares in our books. */
  booked(symbol: (typeof SYMBOLS)[number]): number {
    return this.live.stage.portfolio.shares(SYMBOLS.indexOf(symbol) as InstrumentId);
  }

  /** A new life from what the journal kept. */
  start(): void {
    const life = new LifeClock(this.clock);
    this.#life = life;
    const live = freshExecute(this.#usualVolume, this.#account);
    this.#driver = new ExecuteDriver({
      run: RUN,
      live,
      now: () => this.now,
      write: (rows) => this.#write(rows),
      whenWritten: (_, done) => {
        if (this.isDiskWell) done();
        else this.#waiting.push(done);
      },
      send: (request) => this.#broker?.request(request),
      tell: () => undefined,
      journalWaitMs: JOURNAL_WAIT_MS,
      egressMicros: 5_000_000,
      points: noKillPoints,
    });
    this.#broker = new AlpacaBroker({
      clock: life,
      transport: this.#network,
      credentials,
      hosts: paperHosts,
      seed: this.#lives + 1,
      exchangeNow: () => this.at,
      exposed: () => live.stage.portfolio.gross > 0,
      barred: (request) => this.driver.barred(request),
      onNews: (news) => this.consume({ kind: "news", news }),
      onPulse: () => undefined,
      onTerminal: () => undefined,
      log: () => undefined,
      counts: new Counts(),
    });
    this.began(this.#driver);
    this.#replay();
    this.consume({ kind: "restarted", life: this.#lives + 1 });
    this.#lives += 1;
    this.#broker.start();
    this.#every(life, TIME_EVERY_MS, () => this.consume({ kind: "time" }));
    this.#every(life, WATCH_EVERY_MS, () => this.#guarded(() => this.driver.releaseOverdue()));
  }

  /** The process is gone, and its sockets with it. */
  kill(): void {
    if (this.#life !== undefined) this.#life.isDead = true;
    this.#broker?.stop();
    this.front.drop("the process is gone");
    this.#waiting = [];
    this.deaths += 1;
  }

  consume(word: ExecuteWord): void {
    if (!this.isAlive) return;
    this.#guarded(() => {
      this.driver.consume(word);
      this.heard({ ...word, now: this.now });
      this.#arm();
    });
  }

  event(event: EngineEvent, sequence?: number): void {
    this.consume({ kind: "event", event, ...(sequence === undefined ? {} : { sequence }) });
  }

  operator(action: OperatorActed["action"], reason = "because"): void {
    this.event({ kind: "OperatorActed", at: this.at, action, by: "tester", reason });
  }

  /** A wish of the only strategy, on the last bars. */
  enter(symbol: (typeof SYMBOLS)[number], shares: number, stop: number): void {
    const instrument = SYMBOLS.indexOf(symbol) as InstrumentId;
    const reference = this.#prices[instrument] ?? 100;
    const wish = { kind: "Enter", at: this.at, strategy: OWN, instrument, signal: 0, reference } as const;
    const terms = { binding: "fixed_shares", target: Number.NaN, timing: "now" } as const;
    const intents = [{ ...wish, ...terms, shares, stop }];
    this.#decisions += 1;
    this.consume({ kind: "decision", decision: { at: this.at, intents, signals: [] } });
  }

  /** The only strategy wants out. */
  exit(symbol: (typeof SYMBOLS)[number]): void {
    const instrument = SYMBOLS.indexOf(symbol) as InstrumentId;
    const reference = this.#prices[instrument] ?? 100;
    const wish = { kind: "Exit", at: this.at, strategy: OWN, instrument, signal: 0, reference } as const;
    this.#decisions += 1;
    this.consume({ kind: "decision", decision: { at: this.at, intents: [wish], signals: [] } });
  }

  /** An order of somebody else's at the broker, past us. */
  byHand(ask: Ask): OrderRequest {
    const order = orderOf(ask);
    this.brokerage.submit(order, this.at);
    this.front.tell();
    return order;
  }

  /** From the next quote and the next bar on. */
  price(symbol: (typeof SYMBOLS)[number], dollars: number): void {
    this.#prices[SYMBOLS.indexOf(symbol)] = dollars;
    this.#quote();
  }

  /** Lets so many seconds pass; dies on the way where it was asked to, and stays dead. */
  async run(seconds: number): Promise<void> {
    await this.clock.advance(seconds * 1000);
  }

  #quote(): void {
    for (const [i, price] of this.#prices.entries()) {
      const half = price * 0.0001;
      const quote = { at: this.at, instrument: i as InstrumentId, bid: price - half, ask: price + half };
      this.brokerage.quote({ ...quote, bidSize: 10_000, askSize: 10_000 });
      this.brokerage.trade({ at: this.at, instrument: i as InstrumentId, price, size: 100 });
    }
    this.front.tell();
  }

  /** A quote each second, a bar each minute; the broker's own clock goes on. */
  #market(): void {
    this.clock.timer(1000, () => {
      this.#quote();
      this.brokerage.advance(this.at);
      this.front.tell();
      if (this.at % 60_000_000 === 0) this.#bar();
      this.#market();
    });
  }

  #bar(): void {
    const event: EngineEvent = { kind: "BarsClosed", bars: columnsFrom(this.at, this.#prices) };
    this.#bars.push(event);
    this.event(event, this.#bars.length - 1);
  }

  #write(rows: readonly JournalRow[]): number {
    this.journal.push(rows);
    if (this.journal.length === this.killAfter) {
      this.kill();
      throw new Killed();
    }
    return this.journal.length;
  }

  #replay(): void {
    this.#lives = 0;
    for (const row of this.journal.flat()) {
      if (row.kind !== "entry" || row.part !== "input") continue;
      const input = parseExecuteInput(String(row.payload), instruments);
      if (input.kind === "restarted") this.#lives = input.life;
      this.driver.replay(input);
      this.heard(input);
    }
    // Bars that nobody heard while it was dead are told again, as ingest does.
    for (const [sequence, event] of this.#bars.entries())
      if (sequence > this.driver.marketSequence) this.event(event, sequence);
  }

  #arm(): void {
    const { at, mono } = this.live.nextDue;
    const afterMs = Math.min((at - this.at) / 1000, mono - this.now.mono);
    this.#due?.cancel();
    this.#due = undefined;
    if (!Number.isFinite(afterMs) || afterMs >= TIME_EVERY_MS) return;
    this.#due = this.#life?.timer(Math.max(1, afterMs), () => this.consume({ kind: "time" }));
  }

  #guarded(act: () => void): void {
    if (!this.isAlive) return;
    try {
      act();
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }

  #every(life: LifeClock, everyMs: number, act: () => void): void {
    life.timer(everyMs, () => {
      act();
      this.#every(life, everyMs, act);
    });
  }
}

/** Running, books compared, two minutes into the session. */
export async function reconciledWorld(account: WorldAccount = {}): Promise<LiveWorld> {
  const made = new LiveWorld("09:29:50", undefined, account);
  made.start();
  await made.run(130);
  const { notReconciled } = made.live;
  if (notReconciled !== undefined) throw new Error(`the world's books never agreed: ${notReconciled}`);
  return made;
}

/** Its stage at the beginning of the run. */
export function freshExecute(usualVolume?: number, account: WorldAccount = {}): LiveExecute {
  const { startingCash: cash = CASH, stops = "venue", endOfDay: limits } = account;
  const live = new LiveExecute({
    execute: {
      strategies: 2,
      instruments: SYMBOLS.length,
      startingCash: usd(cash),
      sessions: xnysSessions(),
      rules: limits === undefined ? [] : [endOfDay.configure(limits)],
      barSeconds: 60,
      breakers: breakers.filter(({ id }) => id === "day_base_loss").map((breaker) => breaker.configure({})),
      execution: executionParams.parse({ stops }),
      ensemble: ensembleParams.parse({}),
      allocations: [1, 0],
      symbols: SYMBOLS,
      strategyIds: ["tester", "external"],
      externalStrategy: EXTERNAL,
      verifiesFlat: true,
      closesOnlyInSession: true,
    },
    instruments,
    lifecycle: new OrderLifecycle({
      environment: "twin",
      fees: () => ({ commission: NONE, regulatory: NONE }),
    }),
    external: EXTERNAL,
    strategies: 1,
    decisionAgeMicros: 10_000_000,
  });
  if (usualVolume !== undefined) for (const bars of sessionsBefore(usualVolume)) live.stage.bars(bars);
  return live;
}

/** The 20 sessions before, each one bar of that volume. */
function* sessionsBefore(volume: number): Generator<BarBatch> {
  const { close } = xnysSessions();
  const today = close.findIndex((at) => at > newYork("09:30"));
  const prices = SYMBOLS.map(() => 100);
  for (const at of close.slice(today - 20, today)) yield columnsFrom(at as EpochMicros, prices, volume);
}

/** The bars of a minute in which nothing moved: one for each symbol. */
function columnsFrom(at: EpochMicros, prices: readonly number[], volume = 1_000_000): BarBatch {
  const bars = prices.map((price, i) => ({
    instrument: i as InstrumentId,
    closedAt: at,
    ...{ open: price, high: price, low: price, close: price, volume },
  }));
  return { at, from: 0, to: bars.length, columns: columnsOf("1m", prices.length, bars) };
}
