/** Bar to entry and print to exit, all in one thread, nothing written down. */
import type { InstrumentId } from "../../src/domain/instrument.ts";
import type { ComputeInput } from "../../src/engine/live-compute.ts";
import { barOf, instruments, newCompute, TradingEnd } from "./round-trips.ts";

export interface InThread {
  /** Microseconds, one per position. */
  readonly entries: Float64Array;
  readonly exits: Float64Array;
}

export function timeInThread(warm: number, measured: number): InThread {
  const compute = newCompute();
  const trading = new TradingEnd();
  const found = { entries: new Float64Array(measured), exits: new Float64Array(measured) };
  // Their columns are the garbage of whoever makes them.
  const bars = Array.from({ length: warm + measured }, (_, n) => barOf(n));
  for (const [n, event] of bars.entries()) {
    const market: ComputeInput = { kind: "market", sequence: n, event };
    const { at } = event.bars;
    const instrument = (n % instruments.symbols.length) as InstrumentId;
    trading.step({ kind: "event", event: trading.quote(instrument, "around the price", at) }, at);
    const asked = process.hrtime.bigint();
    trading.step({ kind: "event", event, sequence: n }, at);
    for (const feedback of trading.live.output.feedback.splice(0))
      compute.step({ kind: "feedback", sequence: 0, feedback });
    compute.step(market);
    for (const decision of compute.decisions.splice(0)) trading.step({ kind: "decision", decision });
    const entry = trading.requests();
    const entered = process.hrtime.bigint();
    if (entry[0]?.kind !== "Submit") throw new Error(`bar ${n} led to no entry: ${trading.refusals()}`);
    trading.serve(entry);
    const exitMicros = timeExit(trading, instrument);
    for (const feedback of trading.live.output.feedback.splice(0))
      compute.step({ kind: "feedback", sequence: 0, feedback });
    if (n < warm) continue;
    found.entries[n - warm] = Number(entered - asked) / 1e3;
    found.exits[n - warm] = exitMicros;
  }
  return found;
}

/** The print ends the order that rests at the venue, and its end lets the exit go: both steps count. */
function timeExit(trading: TradingEnd, instrument: InstrumentId): number {
  trading.step({ kind: "event", event: trading.quote(instrument, "below the stop") });
  const print = trading.printBelowStop(instrument);
  const printed = process.hrtime.bigint();
  trading.step({ kind: "event", event: print });
  const [cancel] = trading.requests();
  const cancelled = process.hrtime.bigint();
  if (cancel?.kind !== "Cancel") throw new Error(`the print led to ${cancel?.kind ?? "nothing"}`);
  const news = trading.confirmCancel(cancel);
  const heard = process.hrtime.bigint();
  trading.step({ kind: "news", news });
  const exit = trading.requests();
  const left = process.hrtime.bigint();
  if (exit[0]?.kind !== "Submit") throw new Error("the end of the resting stop let nothing go");
  trading.serve(exit);
  return Number(cancelled - printed + (left - heard)) / 1e3;
}
