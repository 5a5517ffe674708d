/** Records of the feed in the words of the stages. */
import type { FeedBar, FeedStatus } from "../../adapters/feeds/alpaca/records.ts";
import { tradingWord } from "../../adapters/feeds/alpaca/trading-status.ts";
import type { TradingStatusEvent } from "../../domain/events.ts";
import type { InstrumentTable } from "../../domain/instrument.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type { RawBar } from "../../market/gatekeeper.ts";
import type { StageLog } from "./stage-log.ts";

/** What came by the line so far, for those who watch it. */
export interface FeedFigures {
  /** Of all kinds, whatever became of them. */
  readonly records: number;
  /** Times that the line was down and came back. */
  readonly gaps: number;
  /** Round trip of the last ping, milliseconds; null before the first. */
  readonly rttMs: number | null;
}

export class FeedTally {
  #records = 0;
  #gaps = 0;
  #rttMs: number | null = null;

  record(): void {
    this.#records += 1;
  }

  pulse(rttMs: number): void {
    this.#rttMs = rttMs;
  }

  gap(log: StageLog, downMs: number): void {
    this.#gaps += 1;
    log("warning", `the line was down for ${Math.round(downMs)} ms`);
  }

  get told(): FeedFigures {
    return { records: this.#records, gaps: this.#gaps, rttMs: this.#rttMs };
  }
}

/** As the gatekeeper takes it: what it does not judge is left out of the journal. */
export const rawBar = ({ symbol, timestamp, open, high, low, close, volume }: FeedBar): RawBar => ({
  symbol,
  timestamp,
  open,
  high,
  low,
  close,
  volume,
});

/** Undefined for a status that changes nothing, and for a symbol that is not traded here. */
export function statusEvent(
  record: FeedStatus,
  instruments: InstrumentTable,
  at: EpochMicros,
): TradingStatusEvent | undefined {
  const word = tradingWord(record);
  const instrument = instruments.find(record.symbol);
  if (word === undefined || instrument === undefined) return undefined;
  const reason = `${record.message} ${record.reason}`.trim();
  return word === "halted"
    ? { kind: "TradingHalted", at, instrument, reason }
    : { kind: "TradingResumed", at, instrument };
}
