/**
 * Daily bars of before a run's minutes, for the strategies in it that decide on days: of the broker, by the same feed
 * whose minutes are days from then on, so that no feature sees the volumes of two (DATA-2). As counted today: a split
 * among them would look like a fall (C-49).
 */
import type { AlpacaCredentials } from "../../adapters/brokers/alpaca/credentials.ts";
import { AlpacaHistory } from "../../adapters/feeds/alpaca/history.ts";
import { Counts } from "../../adapters/net/counts.ts";
import { RealClock } from "../../adapters/net/real-clock.ts";
import { RealTransport } from "../../adapters/net/real-transport.ts";
import { InputError } from "../../domain/assert.ts";
import { type Bar, type BarColumns, columnsFromBars } from "../../domain/bars.ts";
import type { InstrumentTable } from "../../domain/instrument.ts";
import { sessionIndexAt } from "../../domain/session.ts";
import { type DayNumber, type EpochMicros, isoDate } from "../../domain/time.ts";
import { sessionOn, xnysSessions } from "../../market/calendar.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import type { Config } from "../config.ts";
import { upTo } from "../daily-history.ts";
import { boundStrategy, ownTimeframe } from "../engine-configs.ts";
import { strategiesOf } from "../own-strategies.ts";
import { historyStart } from "../run-history.ts";
import type { RunTerms } from "./run-terms.ts";

/** Daily bars of these days, both included; instruments as numbered. Throws InputError where there are none. */
export type DaysBefore = (
  from: DayNumber,
  to: DayNumber,
  instruments: InstrumentTable,
) => Promise<readonly Bar[]>;

interface Broker {
  readonly credentials: AlpacaCredentials;
  readonly hosts: Pick<RunTerms["hosts"], "data">;
  readonly config: Config;
}
interface Asked extends Broker {
  readonly days?: DaysBefore;
  readonly tell: (line: string) => void;
}

/**
 * Undefined where nobody decides on days. `begins`: the first minute that is known, or now; that day and those after it
 * are made of minutes. Where there are none, strategies of days begin cold, which is told.
 */
export async function daysBefore(
  asked: Asked,
  instruments: InstrumentTable,
  begins: number,
): Promise<BarColumns | undefined> {
  const { config, tell } = asked;
  const readers = daysReaders(config);
  if (readers.length === 0) return undefined;
  const sessions = xnysSessions();
  const row = sessionIndexAt(sessions, begins as EpochMicros);
  const [first, last] = [sessions.date[row], sessions.date[row - 1]] as DayNumber[];
  if (first === undefined || last === undefined) return undefined;
  const from = historyStart(first, readers, "1d");
  tell(`reading the days since ${isoDate(from)} for strategies that decide on days`);
  try {
    const bars = await (asked.days ?? ofBroker(asked))(from, last, instruments);
    // Whoever was asked: the day that is being built is not among them.
    const over = bars.filter(({ closedAt }) => newYorkDay(closedAt) <= last);
    const whole = upTo(last, over);
    const short = new Set(over.map(({ instrument }) => instrument)).size;
    const kept = new Set(whole.map(({ instrument }) => instrument)).size;
    if (kept < short) tell(`warning: ${short - kept} symbols lack the day ${isoDate(last)} and begin cold`);
    if (whole.length > 0) return columnsFromBars("1d", instruments, whole);
    throw new InputError(`the day ${isoDate(last)} is missing, and features would step over the hole`);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    tell(`warning: strategies that decide on days begin cold: ${error.message}`);
    return undefined;
  }
}

/** Of a run over minutes. */
export const daysReaders = (config: Config) =>
  strategiesOf(config)
    .filter(({ id }) => config.strategies[id]?.enabled === true)
    .map((module) => ({ ...boundStrategy(module, config), ...ownTimeframe(module, "1m", config) }))
    .filter(({ timeframe }) => timeframe === "1d");

const ofBroker =
  (broker: Broker): DaysBefore =>
  async (from, to, instruments) => {
    const sessions = xnysSessions();
    const answer = await barsOfBroker(broker).bars({
      ...{ symbols: instruments.symbols, timeframe: "1Day", priority: "research" },
      adjustment: broker.config.features.basis === "full" ? "all" : "split",
      // Stamped with the midnight that they begin at.
      from: (sessions.open[sessions.date.indexOf(from)]! - DAY_MICROS / 2) as EpochMicros,
      to: sessions.open[sessions.date.indexOf(to)] as EpochMicros,
    });
    if (!answer.ok) throw new InputError(`the history of days cannot be read: ${answer.reason}`, 1);
    return [...answer.value.values()].flat().flatMap((bar): Bar[] => {
      const instrument = instruments.find(bar.symbol);
      const session = sessionOn(newYorkDay(bar.timestamp as EpochMicros));
      if (instrument === undefined || session === undefined) return [];
      const { open, high, low, close, volume } = bar;
      return [{ instrument, closedAt: session.close, open, high, low, close, volume }];
    });
  };

const DAY_MICROS = 86_400e6;

export const barsOfBroker = ({ credentials, hosts, config }: Broker): AlpacaHistory =>
  new AlpacaHistory({
    clock: new RealClock(),
    transport: new RealTransport(),
    credentials,
    origin: hosts.data,
    feed: config.live.feed,
    seed: 3,
    counts: new Counts(),
  });
