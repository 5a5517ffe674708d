/**
 * I-29: some minutes after the last fault nothing is in doubt, the engine's books are the broker's, what works there is
 * what works here, and both stages are up to date. I-35: what is held rests under its stop.
 */
import type { InstrumentId, InstrumentTable } from "../../src/domain/instrument.ts";
import { MICROS, NANOS } from "../../src/domain/money.ts";
import type { LiveCompute } from "../../src/engine/live-compute.ts";
import type { LiveExecute } from "../../src/engine/live-execute.ts";
import { broken } from "../../src/sim/storm/check.ts";
import { STARTING_CASH } from "../../src/sim/storm/engine-build.ts";
import type { LiveBooks } from "./books.ts";
import type { Truth } from "./truth.ts";

export interface SettledParts {
  readonly live: LiveExecute;
  readonly compute: LiveCompute;
  readonly books: LiveBooks;
  readonly truth: Truth;
  readonly instruments: InstrumentTable;
  readonly strategies: number;
  /** Requests that wait for the journal. */
  readonly held: number;
  readonly isUp: boolean;
  /** Nobody has lifted the last halt. */
  readonly isHalted: boolean;
}

const DUST = 1e-6;
/** Dollars: fills that were learned from averages are rounded to a micro-dollar a share. */
const CASH_DUST = 0.05;

export function checkSettled(parts: SettledParts): void {
  const { live, compute, books, truth, instruments, held, isUp } = parts;
  const { stage, lifecycle } = live;
  if (!isUp) broken("I-29", "the stream of updates is down");
  if (held > 0) broken("I-29", `${held} requests still wait for the journal`);
  if (lifecycle.unknownCount > 0) broken("I-29", `${lifecycle.unknownCount} orders are still in doubt`);
  for (const [i, symbol] of instruments.symbols.entries()) {
    const { bought, sold } = truth.symbol(symbol);
    const [ours, theirs] = [books.bought[i] ?? 0, books.sold[i] ?? 0];
    if (Math.abs(ours - bought) > DUST || Math.abs(theirs - sold) > DUST)
      broken("I-29", `${symbol}: bought ${ours}, sold ${theirs}; at the broker ${bought}, ${sold}`);
  }
  const cash = stage.portfolio.cashMicros / MICROS;
  if (Math.abs(cash - STARTING_CASH - truth.cash) > CASH_DUST)
    broken("I-3", `cash is ${cash}, the broker's fills say ${STARTING_CASH + truth.cash}`);
  checkOrders(parts);
  checkStops(parts);
  checkFlat(parts);
  if (compute.waiting > 1) broken("I-29", `compute waits with ${compute.waiting} minutes`);
  for (let s = 0; s < parts.strategies; s++)
    for (let i = 0; i < instruments.symbols.length; i++) {
      const own = stage.lots.shares(s, i as InstrumentId);
      const told = compute.stage.shares(s, i as InstrumentId);
      if (Math.abs(own - told) > DUST)
        broken("I-2", `strategy ${s} is told ${told} of ${i}, it holds ${own}`);
    }
}

function checkOrders({ live, truth }: SettledParts): void {
  const open = live.lifecycle.open();
  const real = truth.live();
  for (const each of open) {
    const there = real.find(({ id }) => id === each.brokerId);
    if (there === undefined) broken("I-29", `${each.clientId} is ${each.state}, and over at the broker`);
  }
  for (const each of real)
    if (!open.some(({ brokerId }) => brokerId === each.id))
      broken("I-29", `${each.clientOrderId} is ${each.status} at the broker, and we do not know it works`);
}

/** I-20: with a healthy broker and an open market a halt ends flat, minutes ago. */
function checkFlat({ truth, instruments, isHalted }: SettledParts): void {
  if (!isHalted) return;
  for (const symbol of instruments.symbols) {
    const { bought, sold } = truth.symbol(symbol);
    if (Math.abs(bought - sold) > DUST)
      broken("I-20", `halted, and the broker holds ${bought - sold} of ${symbol}`);
  }
}

/** Every share that the engine believes to be under a stop is. */
function checkStops({ live, truth, instruments, strategies }: SettledParts): void {
  const { stage } = live;
  for (const [i, symbol] of instruments.symbols.entries()) {
    for (const side of [1, -1]) {
      let wanted = 0;
      for (let s = 0; s < strategies; s++) {
        const held = stage.lots.shares(s, i as InstrumentId);
        if (held * side > 0 && !Number.isNaN(stage.restingStop(s, i as InstrumentId)))
          wanted += Math.abs(held);
      }
      let resting = 0;
      for (const order of truth.live()) {
        const closes = order.symbol === symbol && (order.side === "sell") === side > 0;
        const isStop = order.type === "stop";
        const isExit = order.type === "market";
        if (closes && (isStop || isExit)) resting += ((order.quantity ?? 0) - order.filledQuantity) / NANOS;
      }
      if (wanted > resting + DUST)
        broken("I-35", `${wanted} of ${symbol} want a stop, ${resting} rest under one`);
    }
  }
}
