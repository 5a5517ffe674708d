/**
 * The settings that a mode really trades with. What stands in `config/live.yaml` and `config/demo.yaml` is laid over
 * everything else and can only tighten it; the bounds of every limit are checked last (C-57).
 */
import { join } from "node:path";
import { readYaml } from "../adapters/yaml-file.ts";
import { type Config, checked, withSettings } from "./config.ts";
import { ownTimeframe } from "./engine-configs.ts";
import { checkHardBounds } from "./hard-bounds.ts";
import type { TradingMode } from "./live/run-terms.ts";
import { strategiesOf } from "./own-strategies.ts";
import { tightened } from "./profile.ts";

const FOLDER = join(import.meta.dirname, "..", "..", "config");

/** Throws InputError (exit 2) naming the first limit that is looser than what may be traded with. */
export function tradedConfig(config: Config, mode: TradingMode): Config {
  const name = mode === "demo" ? "demo.yaml" : "live.yaml";
  const own = mode === "demo" ? ofDemo(config) : config;
  const traded = checked(tightened(own, readYaml(join(FOLDER, name)), `config/${name}`));
  checkHardBounds(traded);
  for (const module of strategiesOf(traded))
    if (traded.strategies[module.id]?.enabled === true) ownTimeframe(module, "1m", traded);
  return traded;
}

/**
 * The demo's strategies and shares, with the parameters that suit minute bars, and its own settings but under a strict
 * profile.
 */
function ofDemo(config: Config): Config {
  const { demo } = config;
  const entries = Object.entries(config.strategies).map(([id, entry]) => {
    const params = { ...entry.params, ...demo.params[id] };
    const share = demo.shares[id];
    const own = demo.ensemble ? { enabled: share !== undefined, allocation: share ?? 0 } : {};
    return [id, { ...entry, ...own, params }] as const;
  });
  const quicker = { ...config, strategies: Object.fromEntries(entries) };
  if (config.profile === "strict") return quicker;
  return withSettings(quicker, config.demo.settings, "config: demo.settings");
}
