/** Models side by side on the trades that were made: whose word came true, and what each would have kept out. */
import { mean } from "../../numerics/moments.ts";

export interface SaidOfTrade {
  /** Version of the model. */
  readonly model: string;
  readonly decides: boolean;
  /** Chance in [0, 1] that the entry pays; null for no answer. */
  readonly probability: number | null;
  readonly follows: boolean;
}

/** A closed trade with what models had said of its entry. */
export interface JudgedTrade {
  /** Dollars, net of costs. */
  readonly pnl: number;
  readonly said: readonly SaidOfTrade[];
}

/** All over the trades that the model had an answer for; NaN where there is none. */
export interface ModelScore {
  readonly model: string;
  /** How many of the trades it had decided on. */
  readonly decided: number;
  readonly trades: number;
  /** Mean negative log likelihood, nats, and that of the share that paid, said of every one: lower is better. */
  readonly logLoss: number;
  readonly baseLogLoss: number;
  /** Mean squared distance of probability and outcome. */
  readonly brier: number;
  /** Of those that it follows, the share that paid. */
  readonly followed: number;
  readonly hitRate: number;
  /** Trades that it would have kept out, and their dollars: what was lost is what it would have saved. */
  readonly leftOut: { readonly trades: number; readonly pnl: number };
  /**
   * Its log loss less that of the model that decided, trade by trade where both spoke, with the standard error of the
   * mean; below 0 it is the better one. Null where it decided itself, or they never spoke together.
   */
  readonly against: {
    readonly model: string;
    readonly trades: number;
    readonly difference: number;
    readonly standardError: number;
  } | null;
}

/** No probability is held to more than this: one certain miss would else outweigh everything. */
const SUREST = 1 - 1e-6;

/** In the order of their names. */
export function compareModels(trades: readonly JudgedTrade[]): ModelScore[] {
  const names = new Set(trades.flatMap(({ said }) => said.map(({ model }) => model)));
  return [...names].toSorted().map((model) => scoreOf(model, trades));
}

function scoreOf(model: string, trades: readonly JudgedTrade[]): ModelScore {
  const heard = trades.flatMap((trade) => {
    const word = trade.said.find((said) => said.model === model);
    return word === undefined || word.probability === null ? [] : [{ trade, word, p: word.probability }];
  });
  const paid = heard.map(({ trade }) => (trade.pnl > 0 ? 1 : 0));
  const share = average(paid);
  const kept = heard.filter(({ word }) => !word.follows);
  const followed = heard.filter(({ word }) => word.follows);
  return {
    model,
    decided: heard.filter(({ word }) => word.decides).length,
    trades: heard.length,
    logLoss: average(heard.map(({ p, trade }) => lossOf(p, trade))),
    baseLogLoss: average(heard.map(({ trade }) => lossOf(share, trade))),
    brier: average(heard.map(({ p }, n) => (p - paid[n]!) ** 2)),
    followed: followed.length,
    hitRate: average(followed.map(({ trade }) => (trade.pnl > 0 ? 1 : 0))),
    leftOut: { trades: kept.length, pnl: kept.reduce((sum, { trade }) => sum + trade.pnl, 0) },
    against: pairedWith(model, trades),
  };
}

/** The model that decided on most of the trades on which both spoke. */
function pairedWith(model: string, trades: readonly JudgedTrade[]): ModelScore["against"] {
  const pairs = trades.flatMap((trade) => {
    const own = trade.said.find((said) => said.model === model)?.probability ?? null;
    const other = trade.said.find(({ decides }) => decides);
    if (own === null || other === undefined || other.model === model || other.probability === null) return [];
    return [{ other: other.model, difference: lossOf(own, trade) - lossOf(other.probability, trade) }];
  });
  const counts = Map.groupBy(pairs, ({ other }) => other);
  const [found] = [...counts].toSorted(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
  if (found === undefined) return null;
  const [name, own] = found;
  const differences = own.map(({ difference }) => difference);
  const difference = average(differences);
  const squares = differences.reduce((sum, value) => sum + (value - difference) ** 2, 0);
  const standardError = Math.sqrt(squares / (differences.length - 1) / differences.length);
  return { model: name, trades: differences.length, difference, standardError };
}

function lossOf(probability: number, { pnl }: JudgedTrade): number {
  const p = Math.min(SUREST, Math.max(1 - SUREST, probability));
  return -Math.log(pnl > 0 ? p : 1 - p);
}

const average = (values: readonly number[]): number => mean(Float64Array.from(values));
