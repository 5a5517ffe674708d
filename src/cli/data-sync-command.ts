/** `data sync`: bars of data providers into the lake (DATA-1 to DATA-3). */
import type { Command } from "commander";
import { createLake } from "../adapters/lake/lake.ts";
import { RealClock } from "../adapters/net/real-clock.ts";
import { RealTransport } from "../adapters/net/real-transport.ts";
import { sourceTimeframes } from "../adapters/sources/bar-source.ts";
import { IEX_CLOUD_GONE, isIexCloud, sourceIds } from "../adapters/sources/source-registry.ts";
import { type Synced, sync } from "../app/sources/sync.ts";
import { InputError } from "../domain/assert.ts";
import { adjustments } from "../domain/bars.ts";
import { envFiles } from "./alert-env.ts";
import { grouped } from "./aligned-table.ts";
import { type CliContext, tell } from "./context.ts";
import { givenConfig } from "./given-config.ts";
import { dateRange, maybeOneOf, maybeSymbols, needed, oneOf } from "./option-values.ts";
import { progressLine, remaining } from "./progress-line.ts";

interface SyncOptions {
  readonly source?: string;
  readonly symbols?: string;
  readonly from?: string;
  readonly to?: string;
  readonly timeframe?: string;
  readonly adjustment?: string;
}

/** More names than anybody lists are a mistake, and no wish. */
const SYMBOLS_MAX = 5_000;
const symbolPattern = /^[A-Z0-9^][A-Z0-9.^/=_-]{0,23}$/;

const HELP = `
Asks for what the lake lacks alone; the sources of data.sources are asked in order until one has all of a symbol.
Keys stand in the environment or in .env, never in a file of settings: docs/data-sources.md.

Example: plimsoll data sync --symbols SPY,AAPL,^VIX --from 2020-01-02 --timeframe 1d`;

export function registerDataSync(data: Command, context: CliContext): void {
  data
    .command("sync")
    .description("bring bars of data providers into the lake")
    .option("--source <name>", `ask this one alone: ${sourceIds.join(", ")}`)
    .option("--symbols <A,B|@sp500>", "which symbols")
    .option("--from <date>", "first session, YYYY-MM-DD")
    .option("--to <date>", "last session; the last one that is over when left out")
    .option("--timeframe <length>", `length of a bar: ${sourceTimeframes.join(", ")}`)
    .option("--adjustment <kind>", `what the prices are adjusted for: ${adjustments.join(", ")} (split)`)
    .addHelpText("after", HELP)
    .action((options: SyncOptions) => syncData(context, options));
}

async function syncData(context: CliContext, options: SyncOptions): Promise<void> {
  const { data: params } = givenConfig(context);
  const source = sourceOf(options.source);
  const symbols = symbolsOf(options.symbols);
  const timeframe = oneOf("--timeframe", options.timeframe, sourceTimeframes);
  const adjustment = maybeOneOf("--adjustment", options.adjustment, adjustments) ?? "split";
  const range = dateRange(options);
  const from = needed("--from", range.from, "--from 2020-01-02");
  const line = progressLine(context);
  const startMs = performance.now();
  const transport = new RealTransport();
  const root = context.root();
  const lake = createLake(root);
  try {
    const result = await sync({
      world: {
        root,
        clock: new RealClock(),
        wallMs: () => Date.now(),
        transport,
        environment: process.env,
        envFiles: envFiles(context),
        seed: process.pid,
      },
      params,
      lake,
      source,
      symbols,
      timeframe,
      adjustment,
      from,
      to: range.to,
      say: (text) => {
        line.clear();
        if (!context.quiet()) (context.json() ? context.err : context.out)(text);
      },
      onProgress: (done, of, symbol) =>
        line.show(`syncing ${remaining(done, of, performance.now() - startMs)} ${symbol}`),
    }).finally(() => line.clear());
    tell(context, result, () => syncText(result));
    refuseFailed(result);
  } finally {
    lake.close();
    transport.close();
  }
}

function sourceOf(given: string | undefined): string | undefined {
  if (given !== undefined && isIexCloud(given)) throw new InputError(`--source ${given}: ${IEX_CLOUD_GONE}`);
  return maybeOneOf("--source", given, sourceIds);
}

function symbolsOf(given: string | undefined): readonly string[] | "sp500" {
  if (given?.trim().toLowerCase() === "@sp500") return "sp500";
  const example = "--symbols A,B or --symbols @sp500";
  const symbols = needed("--symbols", maybeSymbols("--symbols", given), example);
  if (symbols === "all")
    throw new InputError(`--symbols all: no source lists all there is; give it as ${example}`);
  const wrong = symbols.find((symbol) => !symbolPattern.test(symbol));
  if (wrong !== undefined)
    throw new InputError(`--symbols "${wrong.slice(0, 24)}" is not 1 to 24 of A-Z 0-9 . ^ / = _ -`);
  if (symbols.length > SYMBOLS_MAX)
    throw new InputError(`--symbols names ${symbols.length}; give ${SYMBOLS_MAX} at most`);
  return symbols;
}

function syncText(result: Synced): string {
  const { symbols, imported, rejected, replaced, upToDate, sources, failed, requests } = result;
  if (result.from === null) return "none of these sessions is over yet; nothing was asked";
  const by = Object.entries(sources).map(([name, count]) => `${name} ${grouped(count)}`);
  return [
    `${grouped(imported)} bars of ${grouped(symbols)} symbol(s) imported, ${result.from} to ${result.to}; ` +
      `${grouped(upToDate)} lacked nothing, ${grouped(failed.length)} failed`,
    `${grouped(requests.asked)} requests, ${grouped(requests.kept)} answers from disk` +
      (by.length === 0 ? "" : `; symbols by source: ${by.join(", ")}`),
    ...(result.actions === null
      ? []
      : [
          `corporate actions of ${result.actions.source}: ${grouped(result.actions.added)} added, ` +
            `${grouped(result.actions.known)} known`,
        ]),
    ...(replaced === 0 ? [] : [`${grouped(replaced)} bars of the lake REPLACED by corrected ones`]),
    ...(result.restated.length === 0
      ? []
      : [`told anew after a split or a dividend: ${shortList(result.restated)}`]),
    ...(rejected === 0 ? [] : [`${grouped(rejected)} bars rejected: ${shortList(result.audits)}`]),
    ...(result.quarantine === null
      ? []
      : [`${grouped(result.quarantined)} bars set aside, two sources differ: ${result.quarantine}`]),
  ].join("\n");
}

const SHOWN = 5;
const shortList = (names: readonly string[]): string =>
  names.length <= SHOWN
    ? names.join(", ")
    : `${names.slice(0, SHOWN).join(", ")} and ${names.length - SHOWN} more`;

function refuseFailed({ failed, symbols }: Synced): void {
  const [first] = failed;
  if (first === undefined) return;
  const reason = first.reason.length > 300 ? `${first.reason.slice(0, 300)}...` : first.reason;
  throw new InputError(
    `${failed.length} of ${symbols} symbol(s) not brought up to date, first ${first.symbol}: ${reason}`,
    1,
  );
}
