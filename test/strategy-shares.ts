import { loadConfig } from "../src/app/config.ts";

/** Settings by which these strategies trade with these shares of the capital, which sum to 1, and no other does. */
export function onlyShares(shares: Readonly<Record<string, number>>): readonly string[] {
  const others = Object.keys(loadConfig().strategies).filter((id) => !(id in shares));
  return [
    ...others.flatMap((id) => [`strategies.${id}.enabled=false`, `strategies.${id}.allocation=0`]),
    ...Object.entries(shares).flatMap(([id, share]) => [
      `strategies.${id}.enabled=true`,
      `strategies.${id}.allocation=${share}`,
    ]),
  ];
}
