/**
 * Events and commands as canonical text, and back: what a journal stores and a replay compares. Numbers keep
 * every bit (ECMAScript's shortest form); NaN, which JSON lacks, is written as null.
 */
import { InvariantError } from "../domain/assert.ts";
import { allocateColumns, type BarBatch } from "../domain/bars.ts";
import type { BarsClosed, EngineEvent } from "../domain/events.ts";
import type { InstrumentTable } from "../domain/instrument.ts";
import type { EpochMicros } from "../domain/time.ts";
import { canonicalJson } from "../numerics/canonical-json.ts";
import type { Bracket, Member } from "../risk/gate.ts";
import type { Command } from "./ports.ts";

export function eventText(event: EngineEvent): string {
  if (event.kind !== "BarsClosed") return canonicalJson(event);
  const { at, from, to, columns } = event.bars;
  const rows: number[][] = [];
  for (let row = from; row < to; row++) {
    rows.push([
      columns.instrument[row]!,
      columns.open[row]!,
      columns.high[row]!,
      columns.low[row]!,
      columns.close[row]!,
      columns.volume[row]!,
    ]);
  }
  return canonicalJson({ kind: event.kind, at, rows });
}

export function commandText(command: Command): string {
  if (command.kind !== "PlaceOrder") return canonicalJson(command);
  const { order } = command;
  return canonicalJson({
    kind: command.kind,
    number: order.number,
    instrument: order.instrument,
    side: order.side,
    shares: order.shares,
    purpose: order.purpose,
    type: order.type,
    timeInForce: order.timeInForce,
    limit: orNull(order.limit),
    stop: orNull(order.stop),
    decidedAt: order.decidedAt,
    bracket: bracketText(order.bracket),
    ...(order.members === undefined ? {} : { members: order.members.map(memberText) }),
  });
}

const memberText = ({ number, shares, crossed, bracket }: Member) => ({
  number,
  shares,
  crossed,
  bracket: bracketText(bracket),
});

function bracketText(bracket: Bracket | undefined) {
  if (bracket === undefined) return null;
  return {
    stopOrder: bracket.stopOrder ?? null,
    stop: orNull(bracket.stop),
    targetOrder: bracket.targetOrder ?? null,
    target: orNull(bracket.target),
  };
}

interface BarsText {
  readonly kind: "BarsClosed";
  readonly at: EpochMicros;
  readonly rows: readonly (readonly [number, number, number, number, number, number])[];
}

/** The event again; bars come in columns of their own, so events may be kept. */
export function parseEvent(text: string, instruments: InstrumentTable): EngineEvent {
  const value = JSON.parse(text) as BarsText | Exclude<EngineEvent, BarsClosed>;
  if (typeof value.kind !== "string") throw new InvariantError("JR-1: a journal entry has no kind");
  if (value.kind !== "BarsClosed") return value;
  const columns = allocateColumns("1m", instruments, value.rows.length, 1);
  columns.closedAt[0] = value.at;
  columns.offset[1] = value.rows.length;
  for (const [row, [instrument, open, high, low, close, volume]] of value.rows.entries()) {
    columns.instrument[row] = instrument;
    columns.open[row] = open;
    columns.high[row] = high;
    columns.low[row] = low;
    columns.close[row] = close;
    columns.volume[row] = volume;
  }
  const bars: BarBatch = { at: value.at, from: 0, to: value.rows.length, columns };
  return { kind: "BarsClosed", bars };
}

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
