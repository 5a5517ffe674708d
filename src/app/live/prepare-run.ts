/**
 * What has to be known before the processes start (RELIABILITY 3.4): the account, what it holds, and the bars that
 * features warm up on. A run that was not closed goes on; otherwise a new one is written down.
 */
import { dirname, join, resolve } from "node:path";
import { AlpacaBroker } from "../../adapters/brokers/alpaca/broker.ts";
import type { AlpacaCredentials } from "../../adapters/brokers/alpaca/credentials.ts";
import type { FeedBar } from "../../adapters/feeds/alpaca/records.ts";
import { Counts } from "../../adapters/net/counts.ts";
import { RealClock } from "../../adapters/net/real-clock.ts";
import { RealTransport } from "../../adapters/net/real-transport.ts";
import { InputError } from "../../domain/assert.ts";
import { type Bar, type BarColumns, columnsFromBars } from "../../domain/bars.ts";
import type { BrokerAccount, BrokerLook, BrokerNews, RequestId } from "../../domain/broker.ts";
import { type InstrumentTable, instrumentTable } from "../../domain/instrument.ts";
import { sessionIndexAt } from "../../domain/session.ts";
import { type EpochMicros, MICROS_PER_MINUTE } from "../../domain/time.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { type ClockTerms, ExchangeClock } from "../../market/exchange-clock.ts";
import { codeVersion } from "../code-version.ts";
import type { Config } from "../config.ts";
import { killWarning } from "../kill-params.ts";
import { resolveModels, writeModelFiles } from "../models/run-models.ts";
import { barsOfBroker, type DaysBefore, daysBefore } from "./days-before.ts";
import { writeHistory } from "./history-file.ts";
import { isSessionMinute } from "./ingest-schedule.ts";
import { keepStrategies } from "./kept-strategies.ts";
import {
  type HistoryFile,
  newRunName,
  placedTerms,
  type RegimeSource,
  type RunTerms,
  runPlaces,
  type TradingMode,
  writeRunTerms,
} from "./run-terms.ts";

export interface PrepareRequest {
  readonly root: string;
  /** Folder of the HALT file; absent: `killswitch` below the root. */
  readonly killSwitch?: string;
  readonly mode: TradingMode;
  readonly config: Config;
  readonly credentials: AlpacaCredentials;
  readonly hosts: RunTerms["hosts"];
  readonly clock: ClockTerms;
  readonly symbols: readonly string[];
  readonly historySessions: number;
  /** Daily bars of before those, for strategies that decide on days; absent: of the broker. */
  readonly days?: DaysBefore;
  readonly sessions?: number;
  /** Where the regime detector's days are, if it is enabled. */
  readonly regime?: RegimeSource;
  /** What its strategies read of the first session, where it is told at the start. */
  readonly first?: RunTerms["first"];
  /** Of the account that was armed; absent: any. */
  readonly accountNumber?: string;
  /** What happens, for people: "reading 25 sessions of bars". */
  readonly tell: (line: string) => void;
}

/** Writes the terms of a new run. Throws InputError (exit 3) when the account may not trade or is not as it must be. */
export async function prepareRun(request: PrepareRequest): Promise<RunTerms> {
  const { root, mode, config, hosts, clock: clockTerms, symbols, tell } = request;
  const exchange = new ExchangeClock(clockTerms, xnysSessions());
  const now = () => exchange.exchangeAt(Date.now());
  const strategyIds = Object.keys(config.strategies).filter((id) => config.strategies[id]?.enabled);
  const killSwitch = resolve(request.killSwitch ?? join(root, "killswitch"));
  // Before anybody is asked: a version that cannot be loaded is a matter of the settings.
  const resolved = resolveModels({ base: dirname(killSwitch), config, strategyIds });
  const warnings = Object.values(resolved.models).flatMap((of) => of.warnings);
  for (const text of warnings) tell(`warning: ${text}`);
  const look = await lookAt(request, now);
  const { account } = look;
  const warning = killWarning(config.kill);
  if (warning !== undefined) tell(`warning: ${warning}`);
  requireUsable(account, request.accountNumber);
  const adopted = heldBefore(look, config.live.positions, symbols);
  const startedMs = Date.now();
  const instruments = instrumentTable(symbols);
  const cash = Math.min(config.account.capital, account.equity);
  tell(`reading ${request.historySessions} sessions of minute bars of ${symbols.length} symbols`);
  const bars = await historyBars(request, instruments, now());
  const run = newRunName(mode, startedMs);
  const file = `history-${run}.json`;
  const columns = columnsFromBars("1m", instruments, bars);
  const days = await daysBefore(request, instruments, columns.closedAt[0] ?? now());
  writeModelFiles(join(root, "run"), resolved);
  const terms: RunTerms = {
    run,
    mode,
    startedAt: new Date(startedMs).toISOString(),
    build: codeVersion(),
    config: keepStrategies(join(root, "run"), config),
    strategyIds,
    symbols,
    cash,
    accountId: account.id,
    outside: account.equity - cash,
    adopted,
    clock: clockTerms,
    hosts,
    feed: config.live.feed,
    killSwitch,
    ...(request.sessions === undefined ? {} : { sessions: request.sessions }),
    ...(request.regime === undefined || !config.regime.enabled ? {} : { regime: request.regime }),
    ...(request.first === undefined ? {} : { first: request.first }),
    history: { file, sha256: writeHistory(join(root, "run", file), columns), bars: bars.length },
    ...(days === undefined ? {} : { days: writtenDays(root, `days-${run}.json`, days) }),
    ...(resolved.texts.size + warnings.length === 0 ? {} : { models: resolved.models }),
  };
  writeRunTerms(runPlaces(root), terms);
  return placedTerms(terms, runPlaces(root));
}

/** The account behind the keys, for a run that goes on. Throws InputError (exit 3) when it is another one. */
export async function requireAccount(
  run: RunTerms,
  credentials: AlpacaCredentials,
  armedNumber: string | undefined,
): Promise<void> {
  const exchange = new ExchangeClock(run.clock, xnysSessions());
  const { account } = await lookAt({ credentials, hosts: run.hosts }, () => exchange.exchangeAt(Date.now()));
  requireUsable(account, armedNumber);
  if (account.id === run.accountId) return;
  throw new InputError(`run ${run.run} trades another account than that of these keys; use its own keys`, 3);
}

async function lookAt(
  request: Pick<PrepareRequest, "credentials" | "hosts">,
  now: () => EpochMicros,
): Promise<BrokerLook> {
  const answer = Promise.withResolvers<BrokerNews>();
  const broker = new AlpacaBroker({
    clock: new RealClock(),
    transport: new RealTransport(),
    credentials: request.credentials,
    hosts: { ...request.hosts, dataStream: request.hosts.stream },
    seed: 0,
    exchangeNow: now,
    exposed: () => false,
    onNews: (news) => answer.resolve(news),
    onPulse: () => undefined,
    onTerminal: () => undefined,
    log: () => undefined,
    counts: new Counts(),
  });
  const since = (now() - 60 * MICROS_PER_MINUTE) as EpochMicros;
  broker.request({ kind: "Look", id: 1 as RequestId, priority: "reconcile", since });
  const news = await answer.promise;
  if (news.kind === "look") return news.look;
  const reason = "reason" in news ? news.reason : news.kind;
  throw new InputError(`the broker at ${request.hosts.trading} does not answer: ${reason}`, 1);
}

function requireUsable(account: BrokerAccount, armedNumber: string | undefined): void {
  if (armedNumber !== undefined && account.number !== armedNumber)
    throw new InputError(
      "the account behind these keys is not the one that was armed; use its keys, or run: plimsoll arm",
      3,
    );
  if (account.mayTrade) return;
  throw new InputError(
    `account ${account.number}: the broker lets it trade nothing (blocked or suspended); ask the broker`,
    3,
  );
}

/** What the account holds already: refused, taken over, or left alone (RUN-7). */
function heldBefore(
  { positions, orders }: BrokerLook,
  choice: Config["live"]["positions"],
  symbols: readonly string[],
): RunTerms["adopted"] {
  const open = orders.filter(({ status }) => !["filled", "canceled", "expired", "rejected"].includes(status));
  if (positions.length === 0 && open.length === 0) return [];
  const what = [...positions.map(({ symbol }) => symbol), ...open.map(({ symbol }) => `order in ${symbol}`)];
  if (choice === "refuse")
    throw new InputError(
      `the account is not empty (${what.slice(0, 5).join(", ")}${what.length > 5 ? " ..." : ""}): set ` +
        "live.positions=adopt to take its positions over, or ignore to leave them alone",
      3,
    );
  if (choice === "ignore") return [];
  const foreign = positions.find(({ symbol }) => !symbols.includes(symbol));
  if (foreign !== undefined)
    throw new InputError(
      `${foreign.symbol}: held and not in live.symbols; add it, or close it at the broker`,
      3,
    );
  return positions.map(({ symbol, shares, price }) => ({ symbol, shares, price }));
}

async function historyBars(
  { credentials, hosts, config, symbols, historySessions }: PrepareRequest,
  instruments: InstrumentTable,
  now: EpochMicros,
): Promise<Bar[]> {
  if (historySessions === 0) return [];
  const table = xnysSessions();
  const first = Math.max(0, sessionIndexAt(table, now) - historySessions);
  const history = barsOfBroker({ credentials, hosts, config });
  const from = table.open[first] as EpochMicros;
  const to = (now - MICROS_PER_MINUTE) as EpochMicros;
  const answer = await history.bars({
    // As counted today: a split among them would look like a fall (C-49).
    ...{ symbols, timeframe: "1Min", adjustment: "split", from, to, priority: "research" },
  });
  if (!answer.ok) throw new InputError(`the history of bars cannot be read: ${answer.reason}`, 1);
  return [...answer.value.values()].flat().flatMap((bar) => barOf(bar, instruments));
}

function writtenDays(root: string, file: string, days: BarColumns): HistoryFile {
  return { file, sha256: writeHistory(join(root, "run", file), days), bars: days.open.length };
}

function barOf(bar: FeedBar, instruments: InstrumentTable): Bar[] {
  const instrument = instruments.find(bar.symbol);
  const closedAt = (bar.timestamp + MICROS_PER_MINUTE) as EpochMicros;
  if (instrument === undefined || !isSessionMinute(xnysSessions(), closedAt)) return [];
  const { open, high, low, close, volume } = bar;
  return [{ instrument, closedAt, open, high, low, close, volume }];
}
