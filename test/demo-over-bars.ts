/** The demo's configuration for a market that is made of bars alone: it has no quotes to judge a spread or a stop by. */
import { type Config, loadConfig, withSettings } from "../src/app/config.ts";

export function demoOverBars(): Config {
  const plain = loadConfig();
  const entries = Object.entries(plain.strategies).map(([id, entry]) => [
    id,
    { ...entry, params: { ...entry.params, ...plain.demo.params[id] } },
  ]);
  const quicker = { ...plain, strategies: Object.fromEntries(entries) as typeof plain.strategies };
  return withSettings(quicker, plain.demo.settings, "the test");
}
