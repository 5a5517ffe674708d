/** The highest use of each limit in a session, with the limit in force: sampled wherever the stage has moved. */
import { type EpochMicros, isoInstant, MICROS_PER_MINUTE } from "../../domain/time.ts";
import type { ExecuteStage } from "../../engine/execute.ts";
import type { Config } from "../config.ts";
import type { LimitHigh } from "./daily-terms.ts";

interface Measure {
  readonly id: string;
  readonly label: string;
  readonly unit: LimitHigh["unit"];
  readonly limit: number;
  /** NaN where there is nothing to measure. */
  used(stage: ExecuteStage, at: EpochMicros): number;
}

/** In the order of the report: what is lost, what is held, what is asked for. */
export class LimitHighs {
  readonly #measures: readonly Measure[];
  readonly #highs: { used: number; at: number }[];

  constructor(config: Config) {
    this.#measures = measuresOf(config);
    this.#highs = this.#measures.map(() => ({ used: Number.NaN, at: Number.NaN }));
  }

  sample(stage: ExecuteStage, at: EpochMicros): void {
    for (const [n, measure] of this.#measures.entries()) {
      const used = measure.used(stage, at);
      const high = this.#highs[n]!;
      if (used > high.used || (Number.isNaN(high.used) && Number.isFinite(used)))
        this.#highs[n] = { used, at };
    }
  }

  list(): LimitHigh[] {
    return this.#measures.map(({ id, label, unit, limit }, n) => {
      const { used, at } = this.#highs[n]!;
      const isKnown = Number.isFinite(used);
      return {
        ...{ id, label, unit, limit },
        used: isKnown ? used : null,
        at: isKnown ? isoInstant(at as EpochMicros) : null,
      };
    });
  }
}

function measuresOf({ risk, breakers }: Config): Measure[] {
  const limit = (params: unknown, key: string): number =>
    Number((params as Readonly<Record<string, unknown>> | undefined)?.[key] ?? Number.NaN);
  const { rapid_loss: rapid } = breakers;
  const { open_risk: heat } = risk;
  const assumed = limit(heat, "assumedFraction");
  const fall = new FallWithin(limit(rapid, "windowMinutes"));
  return [
    {
      ...{ id: "day_high_drawdown", label: "Below the day's high", unit: "fraction" },
      limit: limit(breakers.day_high_drawdown, "maxFraction"),
      used: ({ baselines, portfolio }) => baselines.drawdownFromDayHigh(portfolio.equity),
    },
    {
      ...{ id: "day_base_loss", label: "Below the day's base", unit: "fraction" },
      limit: limit(breakers.day_base_loss, "maxFraction"),
      used: ({ baselines, portfolio }) => baselines.lossFromDayBase(portfolio.equity),
    },
    {
      ...{ id: "rapid_loss", label: `Fall within ${limit(rapid, "windowMinutes")} min`, unit: "fraction" },
      limit: limit(rapid, "maxFraction"),
      used: ({ baselines }, at) => fall.at(at, baselines.unitValue),
    },
    {
      ...{ id: "high_water_mark", label: "Below the all-time high", unit: "fraction" },
      limit: limit(breakers.high_water_mark, "maxFraction"),
      used: ({ baselines, portfolio }) => baselines.drawdownFromHigh(portfolio.equity),
    },
    {
      ...{ id: "gross_exposure", label: "Gross, working entries included", unit: "fraction" },
      limit: limit(risk.gross_exposure, "maxFraction"),
      used: ({ facts }) => (facts.gross + Math.max(0, facts.workingGross)) / facts.equity,
    },
    {
      ...{ id: "position_size", label: "Largest position", unit: "fraction" },
      limit: limit(risk.position_size, "maxFraction"),
      used: largestPosition,
    },
    {
      ...{ id: "open_risk", label: "Open risk to the stops", unit: "fraction" },
      limit: limit(heat, "maxFraction"),
      used: ({ facts }) => facts.openRisk(assumed) / facts.equity,
    },
    {
      ...{ id: "intraday_gross", label: "Gross of intraday strategies", unit: "fraction" },
      limit: limit(risk.intraday_gross, "maxFraction"),
      used: ({ facts }) => facts.intradayGross / facts.equity,
    },
    {
      ...{ id: "max_positions", label: "Open positions", unit: "count" },
      limit: limit(risk.max_positions, "limit"),
      used: ({ facts }) => facts.openPositions,
    },
    {
      ...{ id: "trades_per_day", label: "Entries sent", unit: "count" },
      limit: limit(risk.trades_per_day, "limit"),
      used: ({ facts }) => facts.entriesToday,
    },
    {
      ...{ id: "throttle", label: "Entries within a minute", unit: "count" },
      limit: limit(risk.throttle, "perMinute"),
      used: ({ facts }) => facts.entriesWithin(MICROS_PER_MINUTE),
    },
  ];
}

function largestPosition({ portfolio }: ExecuteStage): number {
  let largest = 0;
  for (const { instrument, mark } of portfolio.positions())
    largest = Math.max(largest, Math.abs(portfolio.shares(instrument) * mark));
  return largest / portfolio.equity;
}

/** How far a unit has fallen from its highest value of the last minutes, as the breaker sees it. */
class FallWithin {
  readonly #micros: number;
  readonly #values: { readonly at: number; readonly value: number }[] = [];

  constructor(minutes: number) {
    this.#micros = minutes * MICROS_PER_MINUTE;
  }

  at(at: number, value: number): number {
    this.#values.push({ at, value });
    while ((this.#values[0]?.at ?? at) < at - this.#micros) this.#values.shift();
    const peak = this.#values.reduce((top, point) => Math.max(top, point.value), value);
    return 1 - value / peak;
  }
}
