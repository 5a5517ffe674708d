/** The footer: everything that makes these bytes again, and what proves that they are the same. */

import { count, percent, plural, roughMoney } from "../../app/formats.ts";
import type { RunResult } from "../../app/run-result.ts";
import { html, type Markup } from "./markup.ts";

export function reproduction(result: RunResult): Markup {
  const { scope, digests } = result;
  const facts: readonly (readonly [name: string, value: string])[] = [
    ["Command", result.reproduce],
    ["Data snapshot", result.snapshot],
    ["Record of trials", recordOf(result)],
    ["Config", result.configHash],
    ["Features", result.featureVersion],
    ["Code", result.codeVersion],
    ["Orders digest", digests.orders],
    ["Fills digest", digests.fills],
    ["Equity digest", digests.equity],
    ["Seed, profile", `${scope.seed}, ${scope.profile}`],
    ["Starting cash", `${roughMoney(scope.cash)} USD`],
    ["Symbols", scope.symbols.join(" ")],
    ...scope.strategies.map(
      ({ id, allocation, params, sha256 }) =>
        [
          "Strategy",
          `${id} ${parameters(params)}, allocation ${percent(allocation, 0)}` +
            (sha256 === undefined ? "" : `, file ${sha256}`),
        ] as const,
    ),
  ];
  const rows = facts.map(([name, value]) => html`<dt>${name}</dt><dd class="mono">${value}</dd>`);
  return html`<section class="panel c12"><div class="ph"><h2>Reproduction</h2>
<span class="meta">what makes the same files again</span></div><dl class="kv">${rows}</dl></section>
<footer class="foot">Same command, data, configuration and code: orders, fills, trades and equity files are the same,
byte for byte, on one thread or several. ${alsoThisPage(result)}
${plural(scope.bars, "bar")} went through the engine. Every order, fill and trade is in the CSV
files beside this page. Past results do not promise future ones. Font: Inter, SIL Open Font License 1.1.</footer>`;
}

const alsoThisPage = ({ honesty }: RunResult): string =>
  honesty.uncounted === undefined
    ? "This page and result.json are so while the record of trials says the same, too."
    : "So are this page and result.json.";

/** The input that no command names: what was tried before. */
function recordOf({ honesty: { trials, trialsCompared, uncounted } }: RunResult): string {
  if (uncounted !== undefined) return "not an input";
  return `${plural(trials, "trial")}, ${count(trialsCompared)} long enough for a Sharpe ratio`;
}

/** Keys sorted, so that the order in a file of parameters does not change the page. */
function parameters(params: unknown): string {
  return JSON.stringify(params ?? {}, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
