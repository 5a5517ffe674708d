/**
 * Goal    rules stay typed and within their bounds whatever is done to them, selection prefers the smaller of what
 *         cannot be told apart, fitness and trading are what a hand reckons, and a generation depends on nothing but
 *         the state before it.
 */
import { describe, expect, it } from "vitest";
import { dailyColumns, randomDaily } from "../../../test/daily-market.ts";
import { leafNames } from "../../features/formula/expression.ts";
import { parseRule } from "../../features/formula/formula.ts";
import { createRng } from "../../numerics/rng.ts";
import { Evolution, type EvolutionState, fittest, type Member } from "./evolution.ts";
import { differenceError, fitnessOf, fitnessTerms } from "./fitness.ts";
import { canonicalGenome, genomeBounds, genomeHash, isWithin, ruleOf } from "./genome.ts";
import { grownGenome } from "./growing.ts";
import { judgeOver, RuleTrader, vocabularyOf } from "./judge.ts";
import { likeness, noveltyOf } from "./novelty.ts";
import { panelOf } from "./panel.ts";
import { byFitness, type Contestant, distinct, tournament } from "./selection.ts";
import { firstRates, firstWorth, learned, offspring, ratesOf, variations } from "./variation.ts";
import { vaultVerdict } from "./vault.ts";

const panel = panelOf(randomDaily({ seed: 4, sessions: 600 }), leafNames(), { market: "AAA", drop: true });
const vocabulary = vocabularyOf(panel);
const terms = { ...fitnessTerms, perYear: 252, costBps: 5, leastTrades: 10 };

const ended = (steps: Generator<Member, EvolutionState>): EvolutionState => {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
};

describe("rules", () => {
  it("stay typed, within their bounds and readable under thousands of variations", () => {
    const rng = createRng(1, "variations");
    let pair = [0, 1].map(() => grownGenome(rng, 5, true, vocabulary, genomeBounds));
    const made = new Map<string, number>();
    for (let n = 0; n < 3000; n++) {
      const kind = variations[n % variations.length]!;
      const child = offspring(rng, kind, [pair[0]!, pair[1]!], { vocabulary, bounds: genomeBounds });
      if (child === undefined) continue;
      made.set(kind, (made.get(kind) ?? 0) + 1);
      expect(isWithin(child, genomeBounds)).toBe(true);
      expect(parseRule(ruleOf(child))).toEqual(child);
      pair = [pair[1]!, child];
      if (n % 50 === 0) pair = [0, 1].map(() => grownGenome(rng, 4, n % 100 === 0, vocabulary, genomeBounds));
    }
    for (const kind of variations) expect(made.get(kind), kind).toBeGreaterThan(300);
  });

  it("have one hash however commutative arguments stand", () => {
    const size = "constant(1)";
    const [one, two] = [
      { entry: "and(above(rsi_14, 0.5), over(close, open))", exit: "over(open, close)", size },
      { entry: "and(over(close, open), above(rsi_14, 0.5))", exit: "over(open, close)", size },
    ].map((rule) => genomeHash(canonicalGenome(parseRule(rule))));
    expect(one).toBe(two);
    const other = { entry: "over(open, close)", exit: "over(close, open)", size };
    expect(genomeHash(canonicalGenome(parseRule(other)))).not.toBe(one);
  });
});

describe("trading", () => {
  it("is what a hand reckons: in at the next open, out at the next open, costs on both sides", () => {
    const closes = [10, 10, 11, 12, 11, 10, 10, 11];
    const days = closes.map((close, n) => {
      const open = (closes[n - 1] ?? 10) + 0.5;
      return { open, close, high: Math.max(open, close) + 1, low: Math.min(open, close) - 1 };
    });
    const small = panelOf(dailyColumns({ AAA: days, BBB: days.map(() => undefined) }), [], {
      market: "",
      drop: true,
    });
    // Up on day 2: in at day 3's open, 11.5. Down on day 4: out at day 5's open, 11.5. Up on day 7: the run is over.
    const rule = parseRule({
      entry: "over(close, priceLag(close, 2))",
      exit: "over(priceLag(close, 2), close)",
      size: "constant(0.8)",
    });
    const { profit, trades, exposure, turnover } = new RuleTrader(small, 100, []).trade(rule);
    const shares = 0.8 / 2 / 11;
    const cost = 0.01 * shares;
    const wanted = [0, 0, 0, shares * 0.5 - cost * 11.5, -shares, -cost * 10.5 + shares * (11.5 - 11), 0, 0];
    // Two bars back: day 4's 11 equals day 2's 11, so that it is day 5's 10 below 12 that ends it, at day 6's open.
    wanted[4] = shares * (11 - 12);
    wanted[5] = shares * (10 - 11);
    wanted[6] = shares * (10.5 - 10) - cost * 10.5;
    expect(Array.from(profit, (each) => each.toFixed(12))).toEqual(wanted.map((each) => each.toFixed(12)));
    expect(trades).toBe(1);
    expect(exposure).toBeCloseTo((shares * (12 + 11 + 10)) / 8, 12);
    expect(turnover).toBeCloseTo((shares * (11.5 + 10.5)) / 2, 12);
  });

  it("with too few trades or too little held cannot be judged; else it is median less spread less charges", () => {
    const excess = Float64Array.from({ length: 600 }, (_, t) => 0.001 * Math.sin(t * t) + 0.0002);
    const facts = { excess, trades: 30, exposure: 0.01, turnover: 10 };
    const { fitness, windows } = fitnessOf(facts, 12, terms);
    expect(windows).toHaveLength(5);
    const sorted = windows.toSorted((a, b) => a - b);
    expect(fitness).toBeCloseTo(
      sorted[2]! - 0.5 * (sorted[3]! - sorted[1]!) - 0.024 - (0.002 * 2520) / 600,
      12,
    );
    expect(fitnessOf({ ...facts, trades: 9 }, 12, terms).fitness).toBe(Number.NEGATIVE_INFINITY);
    expect(fitnessOf({ ...facts, exposure: 0.0099 }, 12, terms).fitness).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe("selection", () => {
  const member = (id: number, over: Partial<Contestant>): Contestant => ({
    ...{ id, fitness: 1, novelty: 0.5, windows: [1, 2, 3], nodes: 10, semantic: String(id) },
    ...over,
  });

  it("takes the smaller of two that the windows cannot tell apart, and the better of others", () => {
    const rng = createRng(3, "tournament");
    const large = member(1, { fitness: 1.5, windows: [3, 1, 2.5], nodes: 30 });
    const small = member(2, { nodes: 5 });
    expect(differenceError(large.windows, small.windows)).toBeGreaterThan(0.5);
    expect(tournament(rng, [large, small], 40)).toBe(small);
    const better = member(3, { fitness: 1.5, windows: [1.5, 2.5, 3.5], nodes: 30 });
    expect(tournament(rng, [better, small], 40)).toBe(better);
    const unjudged = member(4, { fitness: Number.NEGATIVE_INFINITY, nodes: 1 });
    expect(tournament(rng, [unjudged, better], 40)).toBe(better);
  });

  it("keeps of rules that trade alike the smallest alone", () => {
    const [a, b, c] = [member(1, { semantic: "x" }), member(2, { semantic: "x", nodes: 4 }), member(3, {})];
    expect(distinct([a, b, c])).toEqual([b, c]);
    expect([a, b, c].toSorted(byFitness)).toEqual([b, a, c]);
  });

  it("calls new what is unlike the nearest; the reverse of a signal is not", () => {
    const bits = (word: number) => new Uint32Array(4).fill(word);
    expect(likeness(bits(0x0f0f0f0f), bits(0x0f0f0f0f))).toBe(1);
    expect(likeness(bits(0x0f0f0f0f), bits(0xf0f0f0f0))).toBe(1);
    expect(likeness(bits(0x0f0f0f0f), bits(0x33333333))).toBe(0);
    expect(likeness(bits(0), bits(0x33333333))).toBe(0);
    expect(noveltyOf(bits(0x0f0f0f0f), [])).toBe(1);
    expect(noveltyOf(bits(0x0f0f0f0f), [bits(0x33333333), bits(0xf0f0f0f0)])).toBe(0.5);
  });

  it("gives more offspring to the kind that gained more often, and lets none die out", () => {
    expect(ratesOf(firstWorth).crossover).toBeCloseTo(0.05 + 0.8 * firstRates.crossover, 12);
    let worth = firstWorth;
    const made = { crossover: 10, subtree: 10, point: 10, jitter: 10 };
    for (let n = 0; n < 100; n++) worth = learned(worth, { ...made, crossover: 0, point: 5 }, made);
    const rates = ratesOf(worth);
    expect(rates.crossover).toBeCloseTo(0.05, 3);
    expect(rates.subtree).toBeGreaterThan(rates.point);
    expect(Object.values(rates).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });
});

describe("evolution", () => {
  it("tries no rule twice, keeps its best, and is the same again from the same state and seed", () => {
    const seen = new Set<string>();
    const evolution = new Evolution({ seed: 9, population: 40 }, vocabulary, judgeOver(panel, terms), seen);
    let state = ended(evolution.begin());
    const hashes = state.islands.flat().map(({ hash }) => hash);
    let best = Number.NEGATIVE_INFINITY;
    for (let n = 0; n < 11; n++) {
      const before = new Set(seen);
      const next = ended(evolution.next(state));
      const again = new Evolution({ seed: 9, population: 40 }, vocabulary, judgeOver(panel, terms), before);
      expect(ended(again.next(state))).toEqual(next);
      hashes.push(...next.islands.flat().flatMap(({ id, hash }) => (id >= state.nextId ? [hash] : [])));
      state = next;
      const now = fittest(state)?.fitness ?? Number.NEGATIVE_INFINITY;
      expect(now).toBeGreaterThanOrEqual(best);
      best = now;
      expect(state.islands.map(({ length }) => length)).toEqual([10, 10, 10, 10]);
    }
    expect(seen.size).toBe(state.tried);
    expect(new Set(hashes).size).toBeGreaterThan(0.9 * state.tried);
  });
});

describe("the vault", () => {
  const rng = createRng(5, "vault");
  const noise = (n: number, gain = 0) => Float64Array.from({ length: n }, () => gain + 0.01 * rng.normal());
  const sample = Array.from({ length: 30 }, () => [noise(800), noise(240)] as const);
  const facts = {
    chosenOn: noise(800, 0.002),
    bred: sample.map(([bred]) => bred),
    held: sample.map(([, held]) => held),
    sharpes: sample.map(() => 0.035 * rng.normal()),
    last: sample.map(() => 0.035 * rng.normal()),
  };

  const both = (returns: Float64Array) => ({ returns, outright: returns });

  it("lets a large edge pass and nothing else: more trials raise what it is held against", () => {
    const skilled = noise(240, 0.005);
    const verdict = vaultVerdict({ ...facts, ...both(skilled), tried: 5000 });
    expect(verdict).toMatchObject({ passed: true, reasons: [] });
    expect(verdict.expectedMaximum).toBeGreaterThan(0.1);
    const more = vaultVerdict({ ...facts, ...both(skilled), tried: 5_000_000 });
    expect(more.deflatedSharpe).toBeLessThan(verdict.deflatedSharpe);
    // Twice what its error is: sure alone, and what luck shows among thousands.
    const drawn = noise(240);
    const mean = drawn.reduce((a, b) => a + b) / 240;
    const lucky = vaultVerdict({ ...facts, ...both(drawn.map((r) => r - mean + 0.0013)), tried: 5000 });
    expect(lucky.probabilisticSharpe).toBeGreaterThan(0.95);
    expect(lucky.passed).toBe(false);
    expect(lucky.reasons[0]).toContain("deflated Sharpe");
  });

  it("asks for both: more than holding, and more than nothing", () => {
    const skilled = noise(240, 0.005);
    const lost = skilled.map((each) => each - 0.006);
    const lessLost = vaultVerdict({ ...facts, returns: skilled, outright: lost, tried: 5000 });
    expect(lessLost.reasons).toEqual([expect.stringContaining("deflated Sharpe outright 0.00")]);
    const held = vaultVerdict({ ...facts, returns: lost, outright: skilled, tried: 5000 });
    expect(held.reasons[0]).toContain("deflated Sharpe in excess of holding 0.00");
    expect([lessLost.passed, held.passed]).toEqual([false, false]);
  });

  it("too short to be judged, or alone, is refused", () => {
    expect(vaultVerdict({ ...facts, held: [], ...both(noise(240, 0.005)), tried: 5 }).passed).toBe(false);
    expect(vaultVerdict({ ...facts, ...both(new Float64Array(240)), tried: 5 }).passed).toBe(false);
  });
});
