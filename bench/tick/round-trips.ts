/**
 * The stages as the processes have them, with a broker of arithmetic behind: position after position is opened on a
 * minute bar and closed by a print through its stop, so that each way can be timed thousands of times.
 */
import { loadConfig } from "../../src/app/config.ts";
import { engineConfigs } from "../../src/app/engine-configs.ts";
import { allocateColumns } from "../../src/domain/bars.ts";
import type {
  BrokerNews,
  BrokerOrder,
  BrokerOrderId,
  BrokerRequest,
  OrderSpec,
} from "../../src/domain/broker.ts";
import type { BarsClosed, QuoteUpdated, TradePrinted } from "../../src/domain/events.ts";
import { type InstrumentId, instrumentTable } from "../../src/domain/instrument.ts";
import type { Money } from "../../src/domain/money.ts";
import { type ClientOrderId, SELL } from "../../src/domain/order.ts";
import { type EpochMicros, MICROS_PER_MINUTE } from "../../src/domain/time.ts";
import { LiveCompute } from "../../src/engine/live-compute.ts";
import { type ExecuteWord, LiveExecute } from "../../src/engine/live-execute.ts";
import { OrderLifecycle } from "../../src/execution/lifecycle/order-lifecycle.ts";
import { xnysSessions } from "../../src/market/calendar.ts";
import { everyBar } from "./every-bar-strategy.ts";

/** Every rule is asked, and none of them says no: a refusal would be the shorter way. */
const OVERLAY = [
  "execution.stops=virtual",
  "risk.session.toxicMinutes=0",
  "risk.max_positions.limit=10000",
  "risk.trades_per_day.limit=1000000",
  "sizing.fixedShares=100",
  "risk.throttle={perSecond: 10000, perMinute: 10000}",
  "risk.restricted.minPrice=0",
  "risk.adv.maxFraction=1",
  "risk.cooldown.bars=0",
  "risk.order_size.maxNotionalUsd=1e9",
];
const CASH = 10_000_000;
const PRICE = 100;
const BROKEN = 97.95;
const FIRST_SESSION = Date.UTC(2025, 0, 2) * 1000;
/** Neither the first minutes of a session nor those in which its positions are closed. */
const FIRST_MINUTE = 15;
const LAST_MINUTE = 330;
const SYMBOLS = 30;

export const instruments = instrumentTable(
  Array.from({ length: SYMBOLS }, (_, n) => `S${String(n).padStart(2, "0")}`),
);

function configs() {
  const config = loadConfig({ assignments: OVERLAY });
  const columns = { timeframe: "1m" as const, instruments };
  const setup = { config, strategyIds: [everyBar.id], columns, sessions: xnysSessions(), cash: CASH };
  return engineConfigs(setup, [everyBar]);
}

export const newCompute = (): LiveCompute => new LiveCompute(configs().compute);

const sessions = xnysSessions();
const first = sessions.open.findIndex((open) => open >= FIRST_SESSION);

/** The n-th minute bar: one instrument after the other, one minute after the other. */
export function barOf(n: number): BarsClosed {
  const perSession = LAST_MINUTE - FIRST_MINUTE;
  const open = sessions.open[first + Math.floor(n / perSession)] ?? Number.NaN;
  const at = (open + (FIRST_MINUTE + (n % perSession)) * MICROS_PER_MINUTE) as EpochMicros;
  const columns = allocateColumns("1m", instruments, 1, 1);
  columns.closedAt[0] = at;
  columns.offset[1] = 1;
  columns.instrument[0] = n % SYMBOLS;
  for (const name of ["open", "high", "low", "close"] as const) columns[name][0] = PRICE;
  columns.volume[0] = 1_000_000;
  return { kind: "BarsClosed", bars: { at, from: 0, to: 1, columns } };
}

export class TradingEnd {
  readonly live: LiveExecute;
  #orders = new Map<string, BrokerOrder>();
  #names = 0;
  #at = 0 as EpochMicros;
  #mono = 0;

  constructor() {
    const free = { commission: 0 as Money, regulatory: 0 as Money };
    this.live = new LiveExecute({
      execute: configs().execute,
      instruments,
      lifecycle: new OrderLifecycle({ environment: "twin", fees: () => free }),
      external: 1,
      strategies: 1,
      decisionAgeMicros: 10_000_000,
    });
  }

  step(word: ExecuteWord, at = this.#at): void {
    this.#at = at;
    this.#mono += 1;
    this.live.step({ ...word, now: { at, mono: this.#mono } });
  }

  /** Requests of the last step, which are then off its hands. */
  requests(): readonly BrokerRequest[] {
    const { requests, brokerEvents, commands, notes } = this.live.output;
    const asked = requests.splice(0);
    for (const list of [brokerEvents, commands, notes]) list.length = 0;
    return asked;
  }

  /** What the gate refused so far, for the error when it should not have. */
  refusals(): string {
    return JSON.stringify(this.live.stage.blocked.list());
  }

  /** Answers what was asked, and whatever is asked because of it; entries and exits trade at once. */
  serve(asked: readonly BrokerRequest[]): void {
    const waiting = [...asked];
    for (let request = waiting.shift(); request !== undefined; request = waiting.shift()) {
      for (const news of this.#answers(request)) this.step({ kind: "news", news });
      waiting.push(...this.requests());
    }
  }

  /** Answers a cancel: what the stage does then is the last step of an exit. */
  confirmCancel(request: BrokerRequest): BrokerNews {
    const [, report] = this.#answers(request);
    if (report === undefined) throw new Error(`${request.kind} is no cancel of an order`);
    return report;
  }

  /** One that is fresh at the instant of the step: an older one would be held against an entry. */
  quote(instrument: InstrumentId, where: "around the price" | "below the stop", at = this.#at): QuoteUpdated {
    const middle = where === "around the price" ? PRICE : BROKEN - 0.04;
    const sides = { bid: middle - 0.01, bidSize: 500, ask: middle + 0.01, askSize: 500 };
    return { kind: "QuoteUpdated", at, instrument, ...sides };
  }

  printBelowStop(instrument: InstrumentId): TradePrinted {
    return { kind: "TradePrinted", at: this.#at, instrument, price: BROKEN, size: 100 };
  }

  #answers(request: BrokerRequest): readonly BrokerNews[] {
    if (request.kind === "Submit") return this.#submitted(request);
    if (request.kind === "Cancel") {
      const order = this.#change(request.order, { status: "canceled" });
      return [
        { kind: "done", request: request.id },
        { kind: "report", cause: "stream", event: "canceled", order },
      ];
    }
    if (request.kind === "FindByClientId" || request.kind === "Read") {
      const order = [...this.#orders.values()].find(
        ({ id, clientId }) =>
          (request.kind === "Read" && id === request.order) ||
          (request.kind !== "Read" && clientId === request.clientId),
      );
      if (order !== undefined) return [{ kind: "found", request: request.id, order }];
    }
    throw new Error(`nobody expected ${JSON.stringify(request)}`);
  }

  #submitted({ id, spec }: Extract<BrokerRequest, { kind: "Submit" }>): readonly BrokerNews[] {
    const legs = spec.stopLoss === undefined ? [] : [this.#leg(spec, spec.stopLoss)];
    const order = this.#keep({ ...this.#shown(spec), status: "working", legs });
    if (spec.type === "stop") return [{ kind: "accepted", request: id, order }];
    // Bought dear and sold dear: losses would pause the strategy.
    const price = spec.side === SELL ? PRICE + 1 : PRICE;
    for (const leg of legs) this.#change(leg.id, { status: "working" });
    const traded = this.#change(order.id, {
      ...{ status: "filled", filled: spec.shares, averagePrice: price },
      legs: legs.map((leg) => ({ ...leg, status: "working" as const })),
    });
    const execution = { id: `x${traded.id}`, at: this.#at, shares: spec.shares, price };
    return [
      { kind: "accepted", request: id, order },
      { kind: "report", cause: "stream", event: "fill", order: traded, execution },
    ];
  }

  #leg(spec: OrderSpec, stop: number): BrokerOrder {
    const clientId = `leg${this.#names}` as ClientOrderId;
    const shown = this.#shown({ ...spec, clientId, side: -spec.side as OrderSpec["side"], type: "stop" });
    const { limit: _, ...plain } = shown;
    return this.#keep({ ...plain, stop, status: "held" });
  }

  #shown(spec: OrderSpec): Omit<BrokerOrder, "status"> {
    this.#names += 1;
    const { clientId, symbol, side, type, orderClass, timeInForce, shares, limit, stop } = spec;
    return {
      id: `b${this.#names}` as BrokerOrderId,
      ...{ clientId, symbol, side, type, orderClass, timeInForce, shares, filled: 0, legs: [] },
      ...(limit === undefined ? {} : { limit }),
      ...(stop === undefined ? {} : { stop }),
      ...{ submittedAt: this.#at, updatedAt: this.#at },
    };
  }

  #keep(order: BrokerOrder): BrokerOrder {
    this.#orders.set(order.id, order);
    return order;
  }

  #change(id: string, parts: Partial<BrokerOrder>): BrokerOrder {
    const known = this.#orders.get(id);
    if (known === undefined) throw new Error(`no order ${id}`);
    const order = this.#keep({ ...known, ...parts, updatedAt: this.#at });
    // The broker keeps its orders; this one would search them.
    if (order.status === "filled" || order.status === "canceled") this.#orders.delete(id);
    return order;
  }
}
