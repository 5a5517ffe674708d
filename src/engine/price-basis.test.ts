/**
 * Goal    features do not notice an action, and what they say in dollars or shares is said in today's.
 * Method  every registered feature over a random market cut by splits and dividends, through a bank with a basis;
 *         beside it the same feature over history adjusted backwards as it would have been that day.
 */
import { describe, expect, it } from "vitest";
import { type BarBatch, type BarColumns, batchCount } from "../domain/bars.ts";
import { ratioOf } from "../domain/corporate-action.ts";
import type { CorporateActionEvent } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { EpochMicros } from "../domain/time.ts";
import { worldOf } from "../features/batch.ts";
import type { Feature } from "../features/feature.ts";
import { randomBars } from "../features/random-bars.ts";
import { features } from "../features/registry.ts";
import { FeatureBank } from "./feature-bank.ts";
import { type BasisKind, PriceBasis } from "./price-basis.ts";

const INSTANTS = 420;
const SYMBOLS = 2;
const smooth = randomBars({ seed: 7, symbols: SYMBOLS, instants: INSTANTS, market: "ordinary" });
// Whole cents tie, and a tie falls to the last bit of a product: no two prices here are exactly as far apart.
for (let row = 0; row < smooth.close.length; row++) {
  const off = 1 + 1e-5 * ((row * 0.6180339887) % 1);
  for (const field of ["open", "high", "low", "close"] as const)
    smooth[field][row] = (smooth[field][row] as number) * off;
}
const fields = ["open", "high", "low", "close"] as const;

/** Before which batch the action comes. */
type Dated = CorporateActionEvent & { readonly batch: number };
const act = (batch: number, instrument: number) => ({
  batch,
  at: ((smooth.closedAt[batch] as number) - 1) as EpochMicros,
  instrument: instrument as InstrumentId,
});
const splits: readonly Dated[] = [
  { kind: "SharesSplit", ...act(90, 0), newShares: 7, oldShares: 1 },
  { kind: "SharesSplit", ...act(230, 1), newShares: 1, oldShares: 15 },
  { kind: "SharesSplit", ...act(260, 0), newShares: 3, oldShares: 2 },
];
const dividends: readonly Dated[] = [
  { kind: "DividendPaid", ...act(240, 0), perShare: 0.4, isSpinOff: false },
  { kind: "DividendPaid", ...act(300, 1), perShare: 2.5, isSpinOff: false },
];

/** The smooth market as its tape printed it: each action takes its part of every later price. */
function printed(actions: readonly Dated[]): BarColumns {
  const cut = copyOf(smooth);
  for (const action of actions) {
    const before = lastClose(cut, action);
    forRows(cut, action.batch, batchCount(cut), action.instrument, (row) =>
      scale(cut, row, factorOf(action, before)),
    );
  }
  return cut;
}

/** Printed prices up to batch `last`, adjusted backwards for the actions up to it. */
function adjustedAsOf(tape: BarColumns, actions: readonly Dated[], last: number): BarColumns {
  const adjusted = copyOf(tape);
  for (const action of actions.filter(({ batch }) => batch <= last)) {
    const by = factorOf(action, lastClose(tape, action));
    forRows(adjusted, 0, action.batch, action.instrument, (row) => scale(adjusted, row, by));
  }
  return adjusted;
}

interface Factor {
  readonly price: number;
  readonly shares: number;
}
const factorOf = (action: Dated, close: number): Factor =>
  action.kind === "SharesSplit"
    ? { price: 1 / ratioOf(action), shares: ratioOf(action) }
    : { price: 1 - action.perShare / close, shares: 1 };

function lastClose(columns: BarColumns, { batch, instrument }: Dated): number {
  let close = Number.NaN;
  forRows(columns, 0, batch, instrument, (row) => {
    close = columns.close[row] as number;
  });
  return close;
}

function scale(columns: BarColumns, row: number, { price, shares }: Factor): void {
  for (const field of fields) columns[field][row] = (columns[field][row] as number) * price;
  columns.volume[row] = (columns.volume[row] as number) * shares;
}

function forRows(
  columns: BarColumns,
  from: number,
  to: number,
  instrument: number,
  visit: (row: number) => void,
): void {
  for (let row = columns.offset[from] as number; row < (columns.offset[to] as number); row++) {
    if (columns.instrument[row] === instrument) visit(row);
  }
}

function copyOf(columns: BarColumns): BarColumns {
  const { open, high, low, close, volume } = columns;
  const own = {
    open: open.slice(),
    high: high.slice(),
    low: low.slice(),
    close: close.slice(),
    volume: volume.slice(),
  };
  return { ...columns, ...own };
}

/** What readers see of each output after each batch, for every instrument. */
function seen(
  feature: Feature,
  columns: BarColumns,
  actions: readonly Dated[],
  kind: BasisKind | undefined,
  upTo: number,
) {
  const basis = kind === undefined ? undefined : new PriceBasis(SYMBOLS, kind);
  const bank = new FeatureBank(worldOf(columns, "S0"), basis);
  const outputs = feature.outputs.map((_, output) => bank.column({ feature, output }));
  const values: number[][][] = [];
  const batch: BarBatch = { at: 0 as EpochMicros, from: 0, to: 0, columns };
  for (let b = 0; b < upTo; b++) {
    for (const action of actions) if (action.batch === b) basis?.apply(action);
    batch.at = columns.closedAt[b] as EpochMicros;
    batch.from = columns.offset[b] as number;
    batch.to = columns.offset[b + 1] as number;
    bank.update(batch);
    values.push(outputs.map((column) => Array.from(column)));
  }
  return values;
}

function expectNear(actual: number, expected: number, relative: number, what: string): void {
  if (Number.isNaN(expected)) {
    expect(actual, what).toBeNaN();
    return;
  }
  expect(Math.abs(actual - expected), `${what}: ${actual} for ${expected}`).toBeLessThanOrEqual(
    relative * Math.max(Math.abs(expected), 1e-3),
  );
}

/** Days on which history is adjusted: before, on and after actions. */
const DAYS = [89, 90, 240, 260, 300, INSTANTS - 1];

describe.each(features)("$key on a common basis", (feature) => {
  const exact = ["sma", "ema", "atr"].includes(feature.name);
  // ln(1 + V) knows the size of a share: the one added to V is not rescaled with it.
  const logarithmic = feature.name === "volume_surprise";
  it.each(["split", "full"] as const)("equals history adjusted backwards that day (%s)", (kind) => {
    const all = kind === "full" ? [...splits, ...dividends].sort((a, b) => a.batch - b.batch) : splits;
    const tape = printed(all);
    const streamed = seen(feature, tape, all, kind, INSTANTS);
    for (const day of DAYS) {
      const then = seen(feature, adjustedAsOf(tape, all, day), [], undefined, day + 1).at(-1) ?? [];
      for (const [o, values] of then.entries()) {
        for (const [i, value] of values.entries()) {
          const what = `${feature.outputs[o]} of ${i} on day ${day}`;
          expectNear(
            streamed[day]?.[o]?.[i] as number,
            value,
            exact ? 1e-10 : logarithmic ? 1e-3 : 1e-8,
            what,
          );
        }
      }
    }
  });

  it("says nothing else for a run without an action", () => {
    expect(seen(feature, smooth, [], "full", INSTANTS)).toEqual(
      seen(feature, smooth, [], undefined, INSTANTS),
    );
  });
});

it("a ratio does not notice a split; a price falls with it at once, before the next bar", () => {
  const basis = new PriceBasis(SYMBOLS, "split");
  const bank = new FeatureBank(worldOf(smooth), basis);
  const sma = features.find(({ key }) => key === "sma(period=5)") as Feature;
  const rsi = features.find(({ key }) => key === "rsi(period=14)") as Feature;
  const price = bank.column({ feature: sma, output: 0 });
  const ratio = bank.column({ feature: rsi, output: 0 });
  for (let b = 0; b < 50; b++) {
    const [from, to] = [smooth.offset[b] as number, smooth.offset[b + 1] as number];
    bank.update({ at: smooth.closedAt[b] as EpochMicros, from, to, columns: smooth });
  }
  const before = [price[0] as number, ratio[0] as number];
  basis.apply({
    kind: "SharesSplit",
    at: 0 as EpochMicros,
    instrument: 0 as InstrumentId,
    newShares: 4,
    oldShares: 1,
  });
  expect(price[0]).toBeCloseTo((before[0] as number) / 4, 10);
  expect(ratio[0]).toBe(before[1]);
});

it("a saved bank goes on with the basis it had", () => {
  const run = (save: boolean) => {
    let basis = new PriceBasis(SYMBOLS, "split");
    let bank = new FeatureBank(worldOf(smooth), basis);
    const feature = features.find(({ key }) => key === "sma(period=5)") as Feature;
    let column = bank.column({ feature, output: 0 });
    const tape = printed(splits);
    for (let b = 0; b < 300; b++) {
      if (save && b === 240) {
        const saved = bank.save();
        basis = new PriceBasis(SYMBOLS, "split");
        bank = new FeatureBank(worldOf(smooth), basis);
        column = bank.column({ feature, output: 0 });
        bank.load(saved);
      }
      for (const action of splits) if (action.batch === b) basis.apply(action);
      const [from, to] = [tape.offset[b] as number, tape.offset[b + 1] as number];
      bank.update({ at: tape.closedAt[b] as EpochMicros, from, to, columns: tape });
    }
    return Array.from(column);
  };
  expect(run(true)).toEqual(run(false));
});
