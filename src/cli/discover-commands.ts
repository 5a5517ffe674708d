/** `plimsoll discover run|resume|ls|export`: rules found by evolution, told apart from luck (RES-2, QUANT n). */
import type { Command } from "commander";
import { loadConfig } from "../app/config.ts";
import { number, percent } from "../app/formats.ts";
import { resultJson } from "../app/run-files.ts";
import { adjustments } from "../domain/bars.ts";
import type { DiscoveryTerms } from "../research/discovery/discovery-ground.ts";
import { readCheckpoint, readResult, readRun, runIds } from "../research/discovery/discovery-record.ts";
import type { DiscoveryResult, RangeFigures } from "../research/discovery/discovery-result.ts";
import { exportStrategy } from "../research/discovery/export-strategy.ts";
import {
  beginDiscovery,
  type DiscoverySetting,
  resumeDiscovery,
} from "../research/discovery/run-discovery.ts";
import { alignedTable, grouped } from "./aligned-table.ts";
import { type CliContext, report, tell } from "./context.ts";
import { example } from "./group-help.ts";
import { dateRange, decimal, maybeOneOf, maybeSymbols, wholeNumber } from "./option-values.ts";
import { stopSignals } from "./stop-signals.ts";

interface RunOptions {
  readonly generations: string;
  readonly population: string;
  readonly seed: string;
  readonly symbols: string;
  readonly from?: string;
  readonly to?: string;
  readonly costBps: string;
  readonly source?: string;
  readonly adjustment?: string;
  readonly snapshot?: string;
}

const RUN = "plimsoll discover run --generations 40 --population 400 --seed 1 --symbols all";

export function registerDiscoverCommands(program: Command, context: CliContext): void {
  const discover = program
    .command("discover")
    .description("trading rules found by evolution on daily bars, judged on days that it never saw")
    .addHelpText("after", example(RUN));
  discover
    .command("run")
    .description("breeds rules and opens the vault once; exit 3 when the fittest does not pass its gates")
    .option("--generations <n>", "generations after the first", "40")
    .option("--population <n>", "rules of a generation, on four islands", "400")
    .option("--seed <n>", "of all chance", "1")
    .option("--symbols <list>", "A,B or all", "all")
    .option("--from <date>", "first session, YYYY-MM-DD")
    .option("--to <date>", "last session; the last fifth is the vault")
    .option("--cost-bps <n>", "what each side of a trade costs, in basis points of its value", "5")
    .option("--source <name>", "data source, where a symbol has several")
    .option("--adjustment <kind>", `${adjustments.join(", ")}, where a symbol has several`)
    .option("--snapshot <name>", "data snapshot to search in")
    .addHelpText("after", `\nExample:\n  ${RUN}`)
    .action((options: RunOptions) => {
      const terms = termsOf(options);
      return searched(context, (setting) => beginDiscovery(setting, terms));
    });
  discover
    .command("resume")
    .argument("<id>", "of a search, as plimsoll discover ls names it")
    .description("goes on after the last whole generation; the end is the same as without a break")
    .addHelpText("after", "\nExample:\n  plimsoll discover resume di-0123456789ab")
    .action((id: string) => searched(context, (setting) => resumeDiscovery(setting, id)));
  discover
    .command("ls")
    .description("all searches, how far they are and what came of them")
    .addHelpText("after", "\nExample:\n  plimsoll discover ls")
    .action(() => list(context));
  discover
    .command("export")
    .argument("<id>", "of a finished search")
    .description("writes its fittest rule as a strategy of your own")
    .option("--out <file>", "TypeScript file, which must be new (default: strategies/<strategy>.ts)")
    .addHelpText("after", "\nExample:\n  plimsoll discover export di-0123456789ab --out strategies/found.ts")
    .action((id: string, { out }: { readonly out?: string }) => {
      const written = exportStrategy(context.root(), id, out);
      if (!written.passed) context.err(`plimsoll: ${id} did not pass its gates; the file says so at its top`);
      tell(context, written, () => `${written.strategy} is in ${written.file}`);
    });
}

function termsOf(options: RunOptions): DiscoveryTerms {
  const { from, to } = dateRange(options);
  return {
    generations: wholeNumber("--generations", options.generations, { least: 1, most: 10_000 }),
    population: wholeNumber("--population", options.population, { least: 16, most: 100_000 }),
    seed: wholeNumber("--seed", options.seed, { least: 0, most: 2 ** 32 - 1 }),
    costBps: decimal("--cost-bps", options.costBps, { least: 0, most: 1000 }),
    symbols: maybeSymbols("--symbols", options.symbols) ?? "all",
    from: from ?? null,
    to: to ?? null,
    source: options.source ?? null,
    adjustment: maybeOneOf("--adjustment", options.adjustment, adjustments) ?? null,
    snapshot: options.snapshot ?? null,
  };
}

/** Ctrl-C ends it between two rules: what is on disk then goes on with `resume`. */
async function searched(
  context: CliContext,
  search: (setting: DiscoverySetting) => Promise<DiscoveryResult>,
): Promise<void> {
  const config = loadConfig({
    files: context.configFiles(),
    assignments: context.assignments(),
    env: process.env,
  });
  const stop = stopSignals();
  const isHeard = !context.quiet() && !context.json();
  try {
    const result = await search({
      ...{ root: context.root(), config, now: new Date().toISOString(), stop: stop.signal },
      began: (id) => void (isHeard && context.err(`search ${id}`)),
      progress: ({ generation, of, fitness, trials, diversity }) =>
        void (
          isHeard &&
          context.err(
            `generation ${generation} of ${of}: best fitness ${number(fitness, 2)}, ` +
              `${grouped(trials)} trials, ${percent(diversity, 0)} trade differently`,
          )
        ),
    });
    if (context.json()) context.out(resultJson(result));
    else if (!context.quiet()) context.out(resultText(result));
    if (!result.passed) process.exitCode = 3;
  } finally {
    stop.release();
  }
}

function list(context: CliContext): void {
  const root = context.root();
  const found = runIds(root).map((id) => {
    const { createdAt, terms } = readRun(root, id);
    const state = readCheckpoint(root, id)?.state;
    const result = readResult(root, id);
    return {
      ...{ id, createdAt, generations: terms.generations, generation: state?.generation ?? null },
      ...{ trials: state?.tried ?? 0, isDone: result !== undefined, passed: result?.passed ?? null },
    };
  });
  report(context, found, () =>
    found.length === 0
      ? `no search yet; begin one with: ${RUN}`
      : alignedTable(
          [{ title: "id" }, { title: "begun" }, { title: "generation" }, { title: "trials" }, { title: "" }],
          found.map(({ id, createdAt, generation, generations, trials, isDone, passed }) => [
            ...[id, createdAt.slice(0, 16), `${generation ?? "-"} of ${generations}`, grouped(trials)],
            isDone ? (passed ? "passed" : "refused") : "not finished",
          ]),
        ),
  );
}

function resultText(result: DiscoveryResult): string {
  const { id, candidate, verdict, holding, trials, earlierTrials, symbols, from, vaultFrom, to } = result;
  const head = [
    `${id}: ${grouped(symbols)} symbols, bred on ${from} to the day before ${vaultFrom}, vault to ${to}`,
    `${grouped(trials)} rules tried` +
      (earlierTrials > 0 ? `, ${grouped(earlierTrials)} by other searches on some of these days` : ""),
  ];
  if (candidate === null || verdict === null)
    return [...head, "no rule traded enough to be judged"].join("\n");
  const row = (title: string, { evolution, vault }: typeof candidate.fast) => [
    title,
    ...[evolution, vault].flatMap((figures) => cells(figures)),
  ];
  const right = (title: string) => ({ title, align: "right" as const });
  return [
    ...head,
    `enter when ${candidate.words.entry}`,
    `leave when ${candidate.words.exit}`,
    `size: ${candidate.words.size} of a slot, 0.1 to 1`,
    alignedTable(
      [{ title: "" }, ...["Sharpe", "return", "fall", "vault: Sharpe", "return", "fall"].map(right)],
      [
        row(`fast, ${result.costBps} bps a side`, candidate.fast),
        row("engine, your costs and limits", candidate.engine),
        row("all symbols held", holding),
      ],
    ),
    `deflated Sharpe in excess of holding ${number(verdict.deflatedSharpe, 3)}, outright ` +
      `${number(verdict.deflatedOutright, 3)} (0.95 needed), against the best of ` +
      `${grouped(verdict.effectiveTrials)} effective trials by luck; overfitting ${number(verdict.overfitting, 3)} ` +
      `(below 0.2 needed); on the days it was bred on ${number(verdict.deflatedWhereBred, 3)} deflated`,
    result.vaultOpenedBefore > 0
      ? `this vault was opened ${result.vaultOpenedBefore} times before: it is no longer unseen`
      : "this vault was opened for the first time",
    result.passed ? "passed" : `not to be used: ${result.reasons.join("; ")}`,
  ].join("\n");
}

const cells = ({ sharpe, totalReturn, maxDrawdown }: RangeFigures): string[] => [
  sharpe === null ? "-" : number(sharpe, 2),
  percent(totalReturn, 1),
  percent(maxDrawdown, 1),
];
