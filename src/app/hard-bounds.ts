/**
 * The bounds of risk limits where orders are traded as they come: no configuration loosens a limit beyond them
 * (RELIABILITY 1.6: ceilings are absolute). A backtest may, because its question is often what a limit costs; what
 * trades may not, whoever asks. The schema's own bounds only tell a number from a typing error.
 */
import { InputError } from "../domain/assert.ts";
import type { Config } from "./config.ts";
import { limits } from "./limit-table.ts";

const WORDS = { less: "at most", more: "at least" } as const;

/** Throws InputError naming the first limit that is looser than its bound. */
export function checkHardBounds(config: Config): void {
  for (const [path, limit] of Object.entries(limits)) {
    if ("unbounded" in limit) continue;
    const { stricter, source } = limit;
    const bound = typeof limit.bound === "number" ? limit.bound : limit.bound(config.account.capital);
    const value = numberAt(config, path);
    if (stricter === "less" ? value <= bound : value >= bound) continue;
    throw new InputError(
      `config: ${path} = ${value}: must be ${WORDS[stricter]} ${bound} where orders are traded ` +
        `(${source}); only a backtest may go beyond`,
    );
  }
}

/** NaN, which no bound lets pass, for what is not there. */
function numberAt(config: Config, path: string): number {
  const at = path.split(".").reduce<unknown>((tree, key) => (tree as Record<string, unknown>)[key], config);
  return typeof at === "number" ? at : Number.NaN;
}
