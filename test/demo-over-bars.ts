/**
 * The demo's configuration for a market that is made of bars alone: it has no quotes to judge a spread or a stop by. Two
 * strategies share it, so that positions are as many as outside of the demo's ensemble.
 */
import { type Config, loadConfig, withSettings } from "../src/app/config.ts";

export function demoOverBars(): Config {
  const plain = loadConfig();
  const entries = Object.entries(plain.strategies).map(([id, entry]) => [
    id,
    { ...entry, params: { ...entry.params, ...plain.demo.params[id] } },
  ]);
  const quicker = { ...plain, strategies: Object.fromEntries(entries) as typeof plain.strategies };
  const settings = plain.demo.settings.filter((line) => !line.includes(".maxPositions="));
  return withSettings(quicker, settings, "the test");
}
