/** A proposal as a change of the configuration: the strategy's own lines, and shares that sum to 1 again (STRAT-1). */
import type { StrategyTerms } from "../../adapters/proposal-book.ts";
import type { Config } from "../../app/config.ts";
import { InputError } from "../../domain/assert.ts";

export interface ConfigChange {
  /** Path and value of each setting. */
  readonly settings: readonly (readonly [path: readonly string[], value: unknown])[];
  /** A line for each, for people. */
  readonly said: readonly string[];
}

/** Shares are kept in millionths: what is divided is put together again without a remainder. */
const WHOLE = 1_000_000;

/** Throws InputError (exit 3) where nothing would be left to trade. */
export function configChange(config: Config, strategy: string, change: StrategyTerms): ConfigChange {
  const entry = config.strategies[strategy];
  if (entry === undefined) throw new InputError(`strategy ${strategy} is not in the configuration`, 3);
  const at = ["strategies", strategy];
  const settings: (readonly [readonly string[], unknown])[] = [];
  const said: string[] = [];
  for (const [name, value] of Object.entries(change.params)) {
    if (JSON.stringify(entry.params[name]) === JSON.stringify(value)) continue;
    settings.push([[...at, "params", name], value]);
    said.push(
      `${strategy}.${name}: ${entry.params[name] === undefined ? "default" : JSON.stringify(entry.params[name])} ` +
        `-> ${JSON.stringify(value)}`,
    );
  }
  if (entry.enabled === change.enabled) return { settings, said };
  settings.push([[...at, "enabled"], change.enabled]);
  said.push(`${strategy}: ${change.enabled ? "off -> on" : "on -> off"}`);
  for (const [id, share] of sharesAfter(config, strategy, change.enabled)) {
    const before = config.strategies[id]?.allocation ?? 0;
    if (share === before) continue;
    settings.push([["strategies", id, "allocation"], share]);
    said.push(`${id}: share ${percent(before)} -> ${percent(share)}`);
  }
  return { settings, said };
}

/** One that comes in gets an equal part; the others keep their proportions, and fill the place of one that goes. */
function sharesAfter(config: Config, strategy: string, enabled: boolean): [string, number][] {
  const others = Object.entries(config.strategies)
    .filter(([id, entry]) => entry.enabled && id !== strategy)
    .map(([id, { allocation }]): [string, number] => [id, allocation]);
  const own = enabled ? Math.round(WHOLE / (others.length + 1)) : 0;
  const total = others.reduce((sum, [, allocation]) => sum + allocation, 0);
  if (!enabled && (others.length === 0 || total === 0))
    throw new InputError(
      `${strategy} is the last one that is traded: without it nothing has a share; put another one on first`,
      3,
    );
  const parts = others.map(([id, allocation]): [string, number] => [
    id,
    Math.floor(total === 0 ? 0 : ((WHOLE - own) * allocation) / total),
  ]);
  const left = WHOLE - own - parts.reduce((sum, [, part]) => sum + part, 0);
  const largest = parts.toSorted((a, b) => b[1] - a[1])[0];
  const ownPart: [string, number] = [strategy, own + (largest === undefined ? left : 0)];
  if (largest !== undefined) largest[1] += left;
  return [ownPart, ...parts].map(([id, part]) => [id, part / WHOLE]);
}

const percent = (share: number): string => `${Number((100 * share).toFixed(4))} %`;
