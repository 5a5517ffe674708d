/**
 * A stage's books as one short text, written down every so many inputs: commands alone hide small drift (ADR 0002 rule
 * 3). Equal text, equal books, to the last bit; it is reckoned the same way by the process and by a replay.
 */
import { createHash, type Hash } from "node:crypto";
import type { InstrumentId } from "../../domain/instrument.ts";
import type { LiveCompute } from "../../engine/live-compute.ts";
import type { LiveExecute } from "../../engine/live-execute.ts";
import { TradeField } from "../../engine/trade-log.ts";

/** Inputs between two checkpoints: some minutes of a busy execute, an hour of compute, which hears little. */
const CHECKPOINT_INPUTS = { execute: 500, compute: 100 } as const;

/** The note row of a checkpoint; undefined where none is due after so many inputs. */
export function checkpoint(
  stage: keyof typeof CHECKPOINT_INPUTS,
  inputs: number,
  digest: () => string,
): string | undefined {
  return inputs % CHECKPOINT_INPUTS[stage] === 0 ? `digest ${inputs} ${digest()}` : undefined;
}

/** The command row of what ingest told under a number: the event itself stands in the journals of who heard it. */
export const toldLine = (sequence: number, text: string): string =>
  `told ${sequence} ${createHash("sha256").update(text).digest("hex")}`;

/** Of portfolio, lots, orders, fills, round trips, claims, heights, breakers, and what the broker still owes us. */
export function executeDigest({ stage, lifecycle, scope }: LiveExecute): string {
  const sum = new BookSum();
  const { portfolio, lots, trades, orders, fills } = stage;
  const { commission, regulatory, slippage } = portfolio.costs;
  sum.numbers([portfolio.cashMicros, portfolio.traded, commission, regulatory, slippage]);
  sum.numbers([portfolio.equity, portfolio.gross, portfolio.net, stage.availableCash, stage.scalar]);
  for (let i = 0; i < scope.instruments; i++) {
    const instrument = i as InstrumentId;
    sum.numbers([portfolio.shares(instrument), portfolio.mark(instrument), portfolio.markedAt(instrument)]);
    for (let s = 0; s < scope.strategies; s++) {
      const entry = lots.averageEntry(s, instrument);
      sum.numbers([lots.shares(s, instrument), entry, stage.restingStop(s, instrument)]);
    }
  }
  sum.numbers(orders.cells());
  sum.numbers(fills.cells());
  for (let n = 0; n < trades.length; n++) sum.numbers(tradeFields.map((field) => trades.get(n, field)));
  sum.plain(stage.saveRisk());
  sum.plain(stage.authorities.permission);
  sum.plain(stage.blocked.list());
  sum.plain([lifecycle.unknownCount, lifecycle.open(), lifecycle.tombstones()]);
  return sum.hex();
}

/** Of all that features and strategies remember, of the signals, and of the mirror of positions. */
export function computeDigest({ stage, waiting, scope }: LiveCompute): string {
  const sum = new BookSum();
  for (const [key, columns] of Object.entries(stage.bank.save())) {
    for (const [name, values] of Object.entries(columns)) {
      sum.plain([key, name]);
      sum.numbers(values);
    }
  }
  for (const columns of stage.turns.memory) {
    for (const [name, values] of Object.entries(columns)) {
      sum.plain(name);
      sum.numbers(values);
    }
  }
  sum.numbers(stage.signals.cells());
  for (let s = 0; s < scope.strategies; s++) {
    for (let i = 0; i < scope.instruments; i++) {
      const instrument = i as InstrumentId;
      const held = stage.shares(s, instrument);
      sum.numbers([held, stage.averageEntry(s, instrument), held === 0 ? 0 : stage.barsHeld(s, instrument)]);
    }
  }
  sum.plain([waiting, [...stage.unsized], [...stage.followedOnPaper]]);
  if (stage.turns.silent.length > 0) sum.plain(stage.turns.silent);
  for (const watched of stage.models?.state() ?? []) sum.numbers(watched);
  return sum.hex();
}

const tradeFields = Object.values(TradeField);

class BookSum {
  readonly #hash: Hash = createHash("sha256");

  /** Every bit counts, but all NaN are one: their bits may differ by the way they came to be. */
  numbers(values: ArrayLike<number>): void {
    const doubles = new Float64Array(values.length + 1);
    doubles[0] = values.length;
    for (let n = 0; n < values.length; n++) {
      const value = values[n] ?? Number.NaN;
      doubles[n + 1] = Number.isNaN(value) ? Number.NaN : value;
    }
    this.#hash.update(new Uint8Array(doubles.buffer));
  }

  /** Plain data whose fields were always written in the same order. */
  plain(value: unknown): void {
    this.#hash.update(`${JSON.stringify(value)}\n`);
  }

  hex(): string {
    return this.#hash.digest("hex");
  }
}
