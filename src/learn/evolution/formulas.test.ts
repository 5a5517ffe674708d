/**
 * Goal    a formula gives the same bits as a feature that sees one bar at a time and as passes over whole columns,
 *         knows no future, is restored bit by bit, and is read back from its own text.
 * Method  random rules over a random market with gaps, late listings and early deaths.
 */
import { expect, it } from "vitest";
import { randomDaily } from "../../../test/daily-market.ts";
import { barCount, batchCount } from "../../domain/bars.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { computeColumns, worldOf } from "../../features/batch.ts";
import { leafNames, parseExpression, textOf, wordsOf } from "../../features/formula/expression.ts";
import { formula, heldSize, parseRule, ruleWarmup } from "../../features/formula/formula.ts";
import { createRng } from "../../numerics/rng.ts";
import { FormulaColumns } from "./formula-columns.ts";
import { genomeBounds, ruleOf } from "./genome.ts";
import { grownGenome } from "./growing.ts";
import { vocabularyOf } from "./judge.ts";
import { columnsBefore, panelOf } from "./panel.ts";

const columns = randomDaily({ seed: 5, sessions: 320 });
const panel = panelOf(columns, leafNames(), { market: "AAA", drop: true });
const vocabulary = vocabularyOf(panel);
const RULES = 60;

const rules = Array.from({ length: RULES }, (_, n) =>
  grownGenome(createRng(7, `rule ${n}`), 2 + (n % 4), n % 2 === 0, vocabulary, genomeBounds),
);

/** Rows of the panel in the order of the columns. */
function inTime(values: Float64Array): Float64Array {
  const next = panel.starts.slice();
  return Float64Array.from(
    { length: barCount(columns) },
    (_, row) => values[next[columns.instrument[row]!]!++]!,
  );
}

it("seen bar by bar a rule is what it is over whole columns, from its warm-up on", () => {
  const kept = new FormulaColumns(panel, 1e6);
  let [told, warm] = [0, 0];
  for (const rule of rules) {
    const feature = formula(ruleOf(rule));
    const streamed = computeColumns([feature], columns, "AAA");
    const bars = new Uint32Array(4);
    const isWarm = Array.from(columns.instrument, (i) => ++bars[i]! >= ruleWarmup(rule));
    for (const name of ["entry", "exit", "size"] as const) {
      const whole = inTime(kept.of(rule[name])).map((value, row) =>
        isWarm[row] === true ? (name === "size" ? heldSize(value) : value) : Number.NaN,
      );
      expect(streamed.get(name), textOf(rule[name])).toEqual(whole);
    }
    kept.rest();
    told += streamed.get("entry")!.reduce((sum, value) => sum + (value === 1 ? 1 : 0), 0);
    warm += isWarm.filter(Boolean).length;
  }
  // Rules that never or always hold would prove nothing.
  expect(told / warm).toBeGreaterThan(0.1);
  expect(told / warm).toBeLessThan(0.9);
});

it("nothing that comes later moves a signal: the future cut off or poisoned, the past is the same bits", () => {
  const cut = 250;
  const rows = columns.offset[cut]!;
  const poisoned = { ...columns };
  for (const field of ["open", "high", "low", "close", "volume"] as const)
    poisoned[field] = columns[field].map((value, row) => (row >= rows ? value * (1 + (row % 7)) : value));
  for (const rule of rules.slice(0, 20)) {
    const feature = formula(ruleOf(rule));
    const [whole, other] = [columns, poisoned].map((each) => computeColumns([feature], each, "AAA"));
    const short = computeColumns([feature], columnsBefore(columns, cut), "AAA");
    for (const name of ["entry", "exit", "size"]) {
      expect(other!.get(name)!.subarray(0, rows)).toEqual(whole!.get(name)!.subarray(0, rows));
      expect(short.get(name)).toEqual(whole!.get(name)!.subarray(0, rows));
    }
  }
});

it("saved and loaded it goes on bit by bit (FT-3)", () => {
  for (const rule of rules.slice(0, 20)) {
    const feature = formula(ruleOf(rule));
    const world = worldOf(columns, "AAA");
    const [one, two] = [feature.start(world), feature.start(world)];
    const batch = { at: 0 as EpochMicros, from: 0, to: 0, columns };
    for (let b = 0; b < batchCount(columns); b++) {
      batch.at = columns.closedAt[b]! as EpochMicros;
      batch.from = columns.offset[b]!;
      batch.to = columns.offset[b + 1]!;
      one.update(batch);
      if (b === 200) two.load(JSON.parse(JSON.stringify(one.save()), nullIsNaN));
      if (b > 200) two.update(batch);
    }
    expect(two.outputs).toEqual(one.outputs);
  }
});

const nullIsNaN = (_: string, value: unknown) => (value === null ? Number.NaN : value);

it("is read back from its text, and put into words", () => {
  for (const rule of rules) expect(parseRule(ruleOf(rule))).toEqual(rule);
  const told = parseExpression("and(crossOver(close, sma(close, 20)), not(above(rsi_14, 0.7)))", "bool");
  expect(wordsOf(told)).toBe(
    "(the close crossed above the mean of the close over 20 bars and not (rsi_14 is above 0.7))",
  );
});

it.each([
  ["above(close, 1)", "close gives a price where a ratio belongs"],
  ["over(close, rsi_14)", "rsi_14 gives a ratio where a price belongs"],
  ["above(rsi_14, rsi_2)", "rsi_2 is no number"],
  ["over(close, sma(close, 1))", "a window is of 2 to 60 bars, not 1"],
  ["over(close, priceLag(close, -3))", "a window is of 2 to 60 bars, not -3"],
  ["above(moon, 1)", "moon is not known"],
  ["above(rsi_14, 1) or", "has or after its end"],
  ["above(rsi_14", "has its end where , belongs"],
])("%s is refused: %s", (text, why) => {
  expect(() => parseExpression(text, "bool")).toThrow(why);
});
