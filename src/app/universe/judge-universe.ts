/** Who is in the universe of a day, in which tier, and of everybody else every reason why not (UNIV-1). */
import type { DayNumber } from "../../domain/time.ts";
import { isoDate } from "../../domain/time.ts";
import type { MeasuredName } from "./measure-names.ts";
import type { UniverseParams } from "./universe-params.ts";

/** What is known of a name beside its bars; undefined is not known and refuses nobody. */
export interface NameFacts {
  /** Dollars. */
  readonly marketCap: number | undefined;
  readonly isShortable: boolean | undefined;
  /** Sessions to the nearest known earnings report, negative once it is past. */
  readonly earningsSessions: number | undefined;
  /** GICS, 10 to 60. */
  readonly sector: number | undefined;
}

export const buckets = ["low", "medium", "high"] as const;

export interface UniverseRow extends Omit<MeasuredName, "lastDay">, NameFacts {
  readonly tier: "core" | "extended" | null;
  readonly included: boolean;
  /** In [0, 1], 1 the most liquid of those that pass; NaN for who does not. */
  readonly score: number;
  /** Thirds of those that pass by volatility; null for who does not. */
  readonly bucket: (typeof buckets)[number] | null;
  /** `rule: both numbers`, all that keep it out, or out of the core. */
  readonly reasons: readonly string[];
}

/** Sessions without a bar after which a name counts as gone. */
const STALE_SESSIONS = 5;
const SHARES_OF_SCORE = { adv: 0.6, spread: 0.3, volatility: 0.1 } as const;

/** By symbol. `sessionsSince` counts sessions from a day to the day of the universe. */
export function judgeUniverse(
  names: readonly MeasuredName[],
  factsOf: (symbol: string) => NameFacts,
  params: UniverseParams,
  sessionsSince: (day: DayNumber) => number,
): readonly UniverseRow[] {
  const judged = names.map((name) => {
    const facts = factsOf(name.symbol);
    return { name, facts, reasons: reasonsAgainst(name, facts, params, sessionsSince) };
  });
  const passed = judged.filter(({ reasons }) => reasons.length === 0).map(({ name }) => name);
  const scores = liquidityScores(passed);
  const bucketOf = volatilityBuckets(passed);
  const byScore = (list: readonly MeasuredName[]) =>
    list.toSorted((a, b) => scores.get(b)! - scores.get(a)! || (a.symbol < b.symbol ? -1 : 1));
  const ranked = byScore(passed.filter(({ adv }) => adv >= params.coreAdvUsd));
  const core = new Set(ranked.slice(0, params.coreNames));
  const others = byScore(passed.filter((name) => !core.has(name)));
  const extended = new Set(others.slice(0, params.extendedNames - core.size));
  return judged
    .map(({ name, facts, reasons }): UniverseRow => {
      const tier = core.has(name) ? "core" : extended.has(name) ? "extended" : null;
      const { lastDay: _, ...measured } = name;
      return {
        ...measured,
        ...facts,
        ...{ tier, included: tier !== null, score: scores.get(name) ?? Number.NaN },
        bucket: bucketOf.get(name) ?? null,
        reasons: reasons.length > 0 ? reasons : reasonsOfRank(name, tier, params),
      };
    })
    .toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1));
}

const millions = (dollars: number): string => `${(dollars / 1e6).toFixed(2)} M`;

function reasonsAgainst(
  { bars, lastDay, price, adv, spreadBps }: MeasuredName,
  { marketCap, isShortable, earningsSessions }: NameFacts,
  params: UniverseParams,
  sessionsSince: (day: DayNumber) => number,
): string[] {
  const { minPrice, maxPrice, extendedAdvUsd, maxSpreadBps, minMarketCapUsd } = params;
  const needed = Math.max(params.advBars, params.spreadBars, params.volatilityBars + 1);
  const reasons: (string | false)[] = [
    sessionsSince(lastDay) > STALE_SESSIONS && `stale: last bar of ${isoDate(lastDay)}`,
    bars < needed && `history: ${bars} bars of ${needed}`,
    price < minPrice && `price: ${price.toFixed(2)} below ${minPrice}`,
    price > maxPrice && `price: ${price.toFixed(2)} above ${maxPrice}`,
    bars >= needed && !(adv >= extendedAdvUsd) && `adv: ${millions(adv)} below ${millions(extendedAdvUsd)}`,
    bars >= needed && !Number.isFinite(spreadBps) && "spread: cannot be estimated",
    spreadBps >= maxSpreadBps && `spread: ${spreadBps.toFixed(1)} bps, not below ${maxSpreadBps}`,
    marketCap !== undefined &&
      marketCap <= minMarketCapUsd &&
      `market_cap: ${millions(marketCap)}, not above ${millions(minMarketCapUsd)}`,
    earningsSessions !== undefined &&
      Math.abs(earningsSessions) <= params.earningsSessions &&
      `earnings: ${earningsSessions} sessions away, within ${params.earningsSessions}`,
    params.shorting && isShortable === false && "shortable: on no list of what can be borrowed",
  ];
  return reasons.filter((reason) => reason !== false);
}

/** Of one that passes: why not in the core, or why in no tier. */
function reasonsOfRank(
  { adv }: MeasuredName,
  tier: UniverseRow["tier"],
  { coreAdvUsd, coreNames, extendedNames }: UniverseParams,
): string[] {
  if (tier === "core") return [];
  const outside = tier === null ? [`rank: behind the first ${extendedNames}`] : [];
  const why =
    adv < coreAdvUsd
      ? `core_adv: ${millions(adv)} below ${millions(coreAdvUsd)}`
      : `core_rank: behind the first ${coreNames}`;
  return [why, ...outside];
}

function liquidityScores(names: readonly MeasuredName[]): ReadonlyMap<MeasuredName, number> {
  const adv = ranks(names, ({ adv: dollars }) => dollars);
  const spread = ranks(names, ({ spreadBps }) => -spreadBps);
  const calm = ranks(names, ({ volatility }) => -volatility);
  const share = SHARES_OF_SCORE;
  return new Map(
    names.map((name) => [
      name,
      share.adv * adv.get(name)! + share.spread * spread.get(name)! + share.volatility * calm.get(name)!,
    ]),
  );
}

/** (average rank - 1) / (n - 1), 1 the highest; of a single one 1. */
function ranks(
  names: readonly MeasuredName[],
  figureOf: (name: MeasuredName) => number,
): ReadonlyMap<MeasuredName, number> {
  const sorted = names.toSorted((a, b) => figureOf(a) - figureOf(b));
  const ranked = new Map<MeasuredName, number>();
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    while (to < sorted.length && figureOf(sorted[to]!) === figureOf(sorted[from]!)) to++;
    const rank = sorted.length === 1 ? 1 : (from + to - 1) / 2 / (sorted.length - 1);
    for (const name of sorted.slice(from, to)) ranked.set(name, rank);
    from = Math.max(to, from + 1);
  }
  return ranked;
}

function volatilityBuckets(
  names: readonly MeasuredName[],
): ReadonlyMap<MeasuredName, (typeof buckets)[number]> {
  const byVolatility = names.toSorted(
    (a, b) => a.volatility - b.volatility || (a.symbol < b.symbol ? -1 : 1),
  );
  return new Map(
    byVolatility.map((name, n) => [name, buckets[Math.floor((n * buckets.length) / byVolatility.length)]!]),
  );
}
