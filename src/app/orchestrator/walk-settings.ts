/** A run's settings as words of a walk-forward: what is walked at night is what is traded by day, where it can be. */
import type { Config } from "../config.ts";

export interface WalkSettings {
  /** `--set` of each block that changes what a backtest comes to. */
  readonly words: readonly string[];
  /** Of the strategies alone, as they stand in the run, and of what is proposed of them. */
  readonly named: readonly string[];
  /** In what a strategy is walked otherwise than it is traded. */
  readonly otherwise: readonly { readonly strategy: string; readonly how: string }[];
}

const BLOCKS =
  "account features sizing ensemble regime fundamentals universe risk breakers execution costs".split(
    " ",
  ) as readonly (keyof Config)[];

/** A walk knows no model of one version, which may have learned its days, and is told of no universe. */
export function walkSettings(config: Config): WalkSettings {
  const entries = Object.entries(config.strategies);
  const walked = entries.map(([id, entry]) => [
    id,
    { ...entry, universe: "all", model: entry.model.includes("@") ? "rules" : entry.model },
  ]);
  return {
    words: [
      ...setting("strategies", Object.fromEntries(walked)),
      ...BLOCKS.flatMap((block) => setting(block, config[block])),
    ],
    named: [...setting("strategies", config.strategies), ...setting("research", config.research)],
    otherwise: entries.flatMap(([strategy, { model, universe }]) => [
      ...(model.includes("@") ? [{ strategy, how: `as rules, without ${model}` }] : []),
      ...(universe === "all" ? [] : [{ strategy, how: `over all symbols, not ${universe}` }]),
    ]),
  };
}

const setting = (block: string, value: unknown): string[] => ["--set", `${block}=${JSON.stringify(value)}`];
