/**
 * The ingest stage: raw records -> gatekeeper -> minute barrier -> BarsClosed. What it hands on was validated,
 * belongs to one minute, and is complete or known to be absent (DATA-4, ARCHITECTURE 1).
 *
 * IN-1  A rejected record reaches nothing downstream; it stands in the audit list (I-32).
 * IN-2  A late or corrected bar changes no decision: it is counted, and the minute stays as it was decided.
 */
import { allocateColumns, type BarBatch, type BarColumns } from "../domain/bars.ts";
import { lessDividend, ratioOf } from "../domain/corporate-action.ts";
import type { BarsClosed, CorporateActionEvent } from "../domain/events.ts";
import type { InstrumentTable } from "../domain/instrument.ts";
import type { EpochMicros } from "../domain/time.ts";
import { liveBars } from "../market/gatekeeper/registry.ts";
import type { BarRow } from "../market/gatekeeper/rule.ts";
import type { Stamp } from "../market/gatekeeper/stamps.ts";
import { type AuditEntry, Gatekeeper, type RawBar } from "../market/gatekeeper.ts";
import { MinuteBarrier } from "../market/minute-barrier.ts";

export interface IngestConfig {
  readonly instruments: InstrumentTable;
  /** How long after its end a minute waits for stragglers: 2 s on sip, 5 s on iex. */
  readonly graceMicros: number;
  /** How far the source's clock may run ahead of ours. */
  readonly skewMicros: number;
  /** What the source means by a bar's timestamp. */
  readonly stamp: Stamp;
}

export class IngestStage {
  readonly #gatekeeper: Gatekeeper<BarRow>;
  readonly #barrier: MinuteBarrier;
  readonly #stamp: Stamp;
  readonly #waiting = new Map<number, Map<number, BarRow>>();
  readonly #columns: BarColumns;
  readonly #batch: BarBatch;
  readonly #closed: BarsClosed;
  #late = 0;
  /** Refused records in order of arrival; the caller takes them away. */
  readonly audit: AuditEntry[] = [];

  constructor({ instruments, graceMicros, skewMicros, stamp }: IngestConfig) {
    const { symbols } = instruments;
    this.#stamp = stamp;
    this.#gatekeeper = new Gatekeeper({ channel: liveBars, stamp, skewMicros, symbols });
    this.#barrier = new MinuteBarrier({ graceMicros });
    this.#barrier.subscribe(symbols.map((_, series) => series));
    this.#columns = allocateColumns("1m", instruments, symbols.length, 1);
    this.#batch = { at: 0 as EpochMicros, from: 0, to: 0, columns: this.#columns };
    this.#closed = { kind: "BarsClosed", bars: this.#batch };
  }

  /** Bars that came after their minute was decided, or twice. */
  get late(): number {
    return this.#late;
  }

  get rejected(): number {
    return this.#gatekeeper
      .counts()
      .reduce((sum, { outcome, count }) => sum + (outcome === "reject" ? count : 0), 0);
  }

  /** The minute that ends at `minuteEnd` is awaited, even if nobody reports. */
  expect(minuteEnd: EpochMicros): void {
    this.#barrier.expect(minuteEnd);
  }

  /** A split or dividend of the coming session: the bars after it are measured against what it leaves of the price. */
  action(event: CorporateActionEvent): void {
    this.#gatekeeper.restate(event.instrument, (before) =>
      event.kind === "SharesSplit" ? before / ratioOf(event) : lessDividend(before, event.perShare),
    );
  }

  /** One minute bar as a source gave it, at the moment it arrived. */
  record(raw: RawBar, now: EpochMicros): void {
    this.#gatekeeper.tellTime(now);
    const verdict = this.#gatekeeper.check(raw);
    if (!verdict.accepted) {
      this.audit.push(verdict.audit);
      return;
    }
    const minuteEnd = this.#stamp.completeAt(verdict.row.at) as EpochMicros;
    if (this.#barrier.report(verdict.series, minuteEnd, now) !== "counted") {
      this.#late += 1;
      return;
    }
    const rows = this.#waiting.get(minuteEnd) ?? new Map<number, BarRow>();
    rows.set(verdict.series, verdict.row);
    this.#waiting.set(minuteEnd, rows);
  }

  /** The next minute that is due; ask until it is undefined. The event is reused by the next one. */
  due(now: EpochMicros): BarsClosed | undefined {
    const minute = this.#barrier.due(now);
    if (minute === undefined) return undefined;
    const rows = this.#waiting.get(minute.minuteEnd);
    this.#waiting.delete(minute.minuteEnd);
    const { instrument, open, high, low, close, volume, closedAt, offset } = this.#columns;
    let size = 0;
    for (const series of minute.present) {
      const row = rows?.get(series);
      if (row === undefined) continue;
      instrument[size] = series;
      open[size] = row.open;
      high[size] = row.high;
      low[size] = row.low;
      close[size] = row.close;
      volume[size] = row.volume;
      size += 1;
    }
    closedAt[0] = minute.minuteEnd;
    offset[1] = size;
    this.#batch.at = minute.minuteEnd;
    this.#batch.to = size;
    return this.#closed;
  }
}
