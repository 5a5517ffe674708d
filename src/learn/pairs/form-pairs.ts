/**
 * Pairs discovery (RES-1, QUANT h): candidates by sector and distance, Engle-Granger on each, half-life, hedge ratio in
 * both halves, false discovery rate within the family, and the sessions after the formation as a witness.
 *
 * Who calls it decides what is known: nothing here sees a session that is not in the panel.
 */
import { falseDiscoveryRates } from "../../numerics/false-discovery.ts";
import { ownRefusals, type PairFigures, type PairRefusal, pairFigures } from "./judge-pair.ts";
import { type Closes, nearestPairs, normalised } from "./nearest-pairs.ts";
import type { PairParams } from "./pair-params.ts";

export interface PricePanel {
  /** In an order that is the same for all: of two pairs alike the one that stands first is taken. */
  readonly symbols: readonly string[];
  /** Adjusted prices of the last formation + confirmation sessions, the oldest first. */
  readonly closes: Closes;
  /** Undefined where it is not known: these are a family of their own. */
  readonly sectors: readonly (string | undefined)[];
}

export interface JudgedPair extends PairFigures {
  /** Rows of the panel. */
  readonly y: number;
  readonly x: number;
  /** Undefined for the family of those whose sector is not known. */
  readonly sector: string | undefined;
  readonly distance: number;
  /** False discovery rate at which it would just be accepted, among those of its family. */
  readonly rate: number;
  /** Empty for one that is traded. */
  readonly refusals: readonly PairRefusal[];
}

/** Every pair that was tested, the surest first. Each symbol is in at most one that is not refused. */
export function formPairs(panel: PricePanel, params: PairParams): readonly JudgedPair[] {
  const { formation, prices } = params;
  const paths = panel.closes.map((closes) => normalised(closes, 0, closes.length));
  const formed = paths.map((path) => path?.subarray(0, formation));
  const regressed = panel.closes.map((closes, row) =>
    paths[row] === undefined ? closes : prices === "log" ? closes.map(Math.log) : closes,
  );
  const families = Map.groupBy(panel.symbols.keys(), (row) => panel.sectors[row]);
  const judged = [...families].flatMap(([sector, rows]) => {
    const near = nearestPairs(formed, rows, params.candidates);
    const figures = near.map(({ first, second }) =>
      pairFigures(regressed[first]!, regressed[second]!, params),
    );
    const p = Float64Array.from(figures, ({ test }) => test.p);
    const rates = falseDiscoveryRates(p, params.dependence);
    return near.map(({ first, second, distance }, n): JudgedPair => {
      const found = figures[n]!;
      const [y, x] = found.isFirstY ? [first, second] : [second, first];
      const isChance = !(rates[n]! <= params.falseRate);
      const refusals = [...(isChance ? ["chance" as const] : []), ...ownRefusals(found, params)];
      return { ...found, y, x, sector, distance, rate: rates[n]!, refusals };
    });
  });
  return onceEach(judged.sort(surestFirst));
}

const surestFirst = (a: JudgedPair, b: JudgedPair): number =>
  last(a.rate) - last(b.rate) ||
  last(a.test.p) - last(b.test.p) ||
  Math.min(a.y, a.x) - Math.min(b.y, b.x) ||
  Math.max(a.y, a.x) - Math.max(b.y, b.x);

/** What gave no answer comes after all that did. */
const last = (value: number): number => (Number.isNaN(value) ? 2 : value);

/** Two pairs with a symbol in common would bet on it twice, or against each other. */
function onceEach(sorted: readonly JudgedPair[]): readonly JudgedPair[] {
  const taken = new Set<number>();
  return sorted.map((pair) => {
    if (pair.refusals.length > 0) return pair;
    if (taken.has(pair.y) || taken.has(pair.x)) return { ...pair, refusals: ["taken" as const] };
    taken.add(pair.y).add(pair.x);
    return pair;
  });
}
