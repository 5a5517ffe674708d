/**
 * The exchange twin: an Alpaca-compatible exchange with broker, market data and streams on one loopback port, for the
 * demo, for tests and for whoever wants to see a client misbehave without harm.
 */
import { randomBytes } from "node:crypto";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { InputError } from "../domain/assert.ts";
import { type EpochMicros, isoDate } from "../domain/time.ts";
import { sessionOn, xnysSessions } from "../market/calendar.ts";
import { BEFORE_OPEN_MICROS } from "../market/exchange-clock.ts";
import { Brokerage } from "../sim/brokerage/brokerage.ts";
import type { AssetTerms, FillModel } from "../sim/brokerage/terms.ts";
import { accountRoutes } from "./account-routes.ts";
import { adminRoutes } from "./admin-routes.ts";
import { calendarRoutes } from "./calendar-routes.ts";
import type { Channel } from "./data-messages.ts";
import { dataRoutes } from "./data-routes.ts";
import { DataStream } from "./data-stream.ts";
import { ExchangeActs } from "./exchange-acts.ts";
import { ExchangeFloor } from "./exchange-floor.ts";
import { FaultBook, type FaultTerms } from "./faults.ts";
import { HttpFront } from "./http-front.ts";
import { KeyGate } from "./key-gate.ts";
import { MarketCriers } from "./market-criers.ts";
import { MarketHistory } from "./market-history.ts";
import { NewsDesk } from "./news.ts";
import { newsRoutes } from "./news-routes.ts";
import { orderRoutes } from "./order-routes.ts";
import { ActedPrices } from "./prices/acted-prices.ts";
import type { Listing, PriceSource } from "./prices/price-source.ts";
import { RateLimit } from "./rate-limit.ts";
import { brokerageActions, type ScriptedAction } from "./scripted-actions.ts";
import { TradeStream } from "./trade-stream.ts";
import { TwinClock } from "./twin-clock.ts";
import { Upgrades } from "./upgrades.ts";

export interface ExchangeOptions {
  readonly source: PriceSource;
  /** 0 takes any free one. */
  readonly port?: number;
  /** Exchange seconds per second; 1 when absent. */
  readonly speed?: number;
  /** Decides ids, partial fills and news: whole, from 0. */
  readonly seed?: number;
  /** Dollars; 100,000 when absent. */
  readonly cash?: number;
  /** What clients must show; made up when absent. */
  readonly key?: string;
  readonly secret?: string;
  /** Requests per exchange minute, for trading and for data; 200 when absent. */
  readonly rateLimit?: number;
  readonly faults?: readonly FaultTerms[];
  /** What companies do; none when absent. */
  readonly actions?: readonly ScriptedAction[];
  /** Five minutes before the source's first open when absent. */
  readonly startsAt?: EpochMicros;
  /** When absent: at speeds above 1. */
  readonly skipsClosedHours?: boolean;
  readonly fillModel?: FillModel;
  /** Symbols of trades and quotes per data stream; no limit when absent. */
  readonly symbolLimit?: number;
  /** Time for a stream to log in; 10 s when absent. */
  readonly authTimeoutMs?: number;
}

export interface RunningExchange {
  readonly port: number;
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** `ws://127.0.0.1:PORT`. */
  readonly streamUrl: string;
  readonly key: string;
  readonly secret: string;
  /** The exchange's present. */
  now(): EpochMicros;
  /** Cuts every connection and waits until the port is free. */
  close(): Promise<void>;
}

const DEFAULT_CASH = 100_000;
const DEFAULT_RATE_LIMIT = 200;
const AUTH_TIMEOUT_MS = 10_000;
const HEARTBEAT_MS = 15_000;
const LOOPBACK = "127.0.0.1";

const stockChannels: readonly Channel[] = [
  "trades",
  "quotes",
  "bars",
  "updatedBars",
  "dailyBars",
  "statuses",
  "lulds",
  "imbalances",
];

/** Resolves when requests are answered. Rejects with InputError when the port is taken or an option is impossible. */
export async function startExchange(options: ExchangeOptions): Promise<RunningExchange> {
  const parts = assemble(options);
  const { floor, front, upgrades, streams, key, secret } = parts;
  const server = createServer((request, response) => void front.serve(request, response));
  server.on("upgrade", (request, socket, head) => upgrades.take(request, socket, head));
  server.on("clientError", (_, socket) => socket.destroy());
  await listen(server, options.port ?? 0);
  const heartbeat = setInterval(() => streams.trades.beat(), HEARTBEAT_MS);
  floor.prime(parts.history, options.source.listings.length);
  floor.start();
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://${LOOPBACK}:${port}`,
    streamUrl: `ws://${LOOPBACK}:${port}`,
    key,
    secret,
    now: () => floor.now,
    close: async () => {
      clearInterval(heartbeat);
      floor.stop();
      streams.trades.close();
      upgrades.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

function assemble(options: ExchangeOptions) {
  const { actions = [] } = options;
  const source = actions.length === 0 ? options.source : new ActedPrices(options.source, actions);
  const { key = newKey(), secret = newSecret(), speed = 1, seed = 1 } = options;
  const startsAt = options.startsAt ?? firstMoment(source);
  const sessions = xnysSessions();
  const assets = source.listings.map(assetTerms);
  const brokerage = new Brokerage({
    assets,
    sessions,
    startsAt,
    startingCash: options.cash ?? DEFAULT_CASH,
    multiplier: 2,
    seed,
    fillModel: options.fillModel ?? "paper",
    actions: brokerageActions(actions, source.listings),
  });
  const skipsClosedHours = options.skipsClosedHours ?? speed > 1;
  const clock = new TwinClock({ startsAt, speed, skipsClosedHours }, sessions);
  const floor = new ExchangeFloor({ source, clock, brokerage, startsAt });
  const now = () => floor.now;
  const history = new MarketHistory(source, now);
  const faults = new FaultBook();
  for (const terms of options.faults ?? []) faults.arm(terms, startsAt);
  const desk = new NewsDesk(source, seed);
  const limit = new RateLimit(options.rateLimit ?? DEFAULT_RATE_LIMIT);
  const gate = new KeyGate(key, secret);
  const streams = openStreams(options, gate, faults, now);
  const acts = new ExchangeActs({
    faults,
    floor,
    brokerage,
    history,
    streams: { data: [...streams.data.values()], news: [streams.news], trades: [streams.trades] },
  });
  announce({ source, floor, streams, acts, desk, faults });
  const connections = () =>
    Object.fromEntries([...streams.byPath].map(([path, stream]) => [path, stream.size]));
  const front = new HttpFront({
    routes: [
      ...orderRoutes(brokerage, now),
      ...accountRoutes(brokerage, assets, now),
      ...calendarRoutes(() => skewed(faults, now())),
      ...dataRoutes(history, now),
      ...newsRoutes(desk, actions, now),
      ...adminRoutes({ faults, clock, acts, now, connections }),
    ],
    faults,
    limit,
    gate,
    now,
    beforeAnswer: () => floor.step(),
    afterAnswer: () => floor.tell(),
    follow: (path, query, response) => follow(streams.trades, path, query, response),
  });
  const upgrades = new Upgrades(streams.byPath, faults, now);
  return { floor, history, streams, front, upgrades, key, secret };
}

/** In the form of the vendor's paper keys. */
const newKey = (): string => `PK${randomBytes(9).toString("hex").toUpperCase()}`;
const newSecret = (): string => randomBytes(20).toString("hex");

type Streams = ReturnType<typeof openStreams>;

function openStreams(options: ExchangeOptions, gate: KeyGate, faults: FaultBook, now: () => EpochMicros) {
  const isAllowed = (key: string, secret: string) => gate.isAllowed(key, secret);
  const open = (name: "data" | "news", offers: readonly Channel[]) =>
    new DataStream({
      name,
      offers,
      faults,
      now,
      isAllowed,
      symbolLimit: options.symbolLimit ?? Number.POSITIVE_INFINITY,
      authTimeoutMs: options.authTimeoutMs ?? AUTH_TIMEOUT_MS,
    });
  const test = open("data", stockChannels);
  const stocks = new Map([
    ["/v2/iex", open("data", stockChannels)],
    ["/v2/sip", open("data", stockChannels)],
  ]);
  const news = open("news", ["news"]);
  const trades = new TradeStream({ faults, now, isAllowed });
  const data = new Map([...stocks, ["/v2/test", test]]);
  const byPath = new Map<string, DataStream | TradeStream>([
    ...data,
    ["/v1beta1/news", news],
    ["/stream", trades],
  ]);
  return { data, stocks: [...stocks.values()], test, news, trades, byPath };
}

interface Announced {
  readonly source: PriceSource;
  readonly floor: ExchangeFloor;
  readonly streams: Streams;
  readonly acts: ExchangeActs;
  readonly desk: NewsDesk;
  readonly faults: FaultBook;
}

function announce({ source, floor, streams, acts, desk, faults }: Announced): void {
  const { stocks, news, test, trades } = streams;
  const criers = new MarketCriers({ listings: source.listings, stocks, news, test, desk, faults }, floor.now);
  floor.listen({
    happened: (batch, at) => {
      acts.carryOut(at);
      criers.happened(batch, at);
    },
    updated: (updates) => trades.tell(updates),
    statusChanged: (row, isHalted, at) => criers.statusChanged(row, isHalted, at),
  });
}

function follow(
  trades: TradeStream,
  path: string,
  query: URLSearchParams,
  response: ServerResponse,
): boolean {
  if (path !== "/v2/events/trades") return false;
  trades.follow(query, response);
  return true;
}

/** What the clock shows: the present, unless a fault has set it wrong by its `ms`. */
function skewed(faults: FaultBook, now: EpochMicros): EpochMicros {
  const fault = faults.standing("clock-skew", {}, now);
  return (now + (fault?.ms ?? 0) * 1000) as EpochMicros;
}

function firstMoment(source: PriceSource): EpochMicros {
  const session = sessionOn(source.firstDay);
  const from = session?.open ?? source.hours(source.firstDay)?.from;
  if (from === undefined) throw new InputError(`no prices on ${isoDate(source.firstDay)}; give --clock`);
  return (from - BEFORE_OPEN_MICROS) as EpochMicros;
}

function assetTerms({ symbol, name, exchange }: Listing): AssetTerms {
  return {
    symbol,
    name,
    exchange,
    tradable: true,
    shortable: true,
    easyToBorrow: true,
    fractionable: true,
    marginable: true,
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why =
        error.code === "EADDRINUSE" ? "is taken" : `cannot be used (${error.code ?? error.message})`;
      reject(new InputError(`--port ${port} ${why}; give another, or 0 for any`, 1));
    });
    server.listen(port, LOOPBACK, resolve);
  });
}
