/** `plimsoll exchange`: the built-in Alpaca-compatible exchange, until it is told to stop. */
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { parseYaml } from "../adapters/yaml-file.ts";
import { InputError } from "../domain/assert.ts";
import { type DayNumber, dayNumber, type EpochMicros, isoDate, isoInstant } from "../domain/time.ts";
import { type ExchangeOptions, type RunningExchange, startExchange } from "../exchange/exchange-server.ts";
import { type FaultTerms, parseFaults } from "../exchange/faults.ts";
import { FilePrices } from "../exchange/prices/file-prices.ts";
import type { PriceSource } from "../exchange/prices/price-source.ts";
import { readPriceFiles } from "../exchange/prices/read-price-files.ts";
import { SyntheticPrices } from "../exchange/prices/synthetic-prices.ts";
import { parseAction } from "../exchange/scripted-actions.ts";
import { marketDay, parseWireTime } from "../exchange/wire-time.ts";
import { nextSession, sessionOn } from "../market/calendar.ts";
import type { CliContext } from "./context.ts";
import { wholeNumber } from "./option-values.ts";
import { stopSignals } from "./stop-signals.ts";

interface Given {
  readonly port: string;
  readonly data: string;
  readonly speed: string;
  readonly seed: string;
  readonly cash: string;
  readonly key?: string;
  readonly secret?: string;
  readonly rateLimit: string;
  readonly faults?: string;
  readonly action: readonly string[];
  readonly clock?: string;
  readonly skipClosed?: boolean;
}

/** Session 0 of the synthetic market when no clock was given: the demo's. */
const FIRST_DAY = dayNumber(2026, 11, 18);

export function registerExchangeCommand(program: Command, context: CliContext): void {
  program
    .command("exchange")
    .description("run an Alpaca-compatible exchange on a loopback port: trading, market data, streams")
    .option("--port <p>", "port of 127.0.0.1; 0 takes a free one", "8790")
    .option(
      "--data <files>",
      "synthetic, or files of minute or second bars, quotes or trades, as A,B",
      "synthetic",
    )
    .option("--speed <n>", "exchange seconds per second", "1")
    .option("--seed <n>", "seed of prices, ids and partial fills", "1")
    .option("--cash <dollars>", "what the account begins with", "100000")
    .option("--key <key>", "key id that clients must show; one is made when absent")
    .option("--secret <secret>", "secret that belongs to it")
    .option("--rate-limit <n>", "requests per exchange minute, for trading and for data each", "200")
    .option("--faults <file>", "YAML or JSON list of what goes wrong, and when")
    .option(
      "--action <line>",
      'what a company does, repeatable, e.g. "VAULO split 4:1 2026-11-19"',
      (line: string, before: readonly string[]) => [...before, line],
      [],
    )
    .option("--clock <iso>", "exchange time at the start (default: five minutes before the first open)")
    .option(
      "--skip-closed",
      "leave out the hours in which the exchange is closed (default when --speed is above 1)",
    )
    .option("--no-skip-closed", "live through closed hours at any speed")
    .addHelpText("after", "\nExample:\n  plimsoll exchange --port 8790 --speed 60")
    .action(async (given: Given) => {
      const stop = stopSignals();
      try {
        const options = await optionsOf(given);
        const exchange = await startExchange(options);
        announce(context, exchange);
        await stopped(stop.signal);
        await exchange.close();
      } finally {
        stop.release();
      }
    });
}

/** One line for machines on stdout, the same for people beside it. */
function announce(context: CliContext, { url, streamUrl, key, secret, now }: RunningExchange): void {
  if (!context.json() && !context.quiet()) {
    context.err(`The exchange is open to clients; its clock shows ${isoInstant(now())}.`);
    context.err(`  REST      ${url}`);
    context.err(`  streams   ${streamUrl}/stream  /v2/iex  /v2/sip  /v2/test  /v1beta1/news`);
    context.err(`  key       ${key}`);
    context.err(`  secret    ${secret}`);
    context.err("Ctrl-C stops it.");
  }
  context.out(JSON.stringify({ trading: url, data: url, stream: streamUrl, key, secret }));
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

async function optionsOf(given: Given): Promise<ExchangeOptions> {
  if ((given.key === undefined) !== (given.secret === undefined))
    throw new InputError("--key and --secret belong together; give both or neither");
  const startsAt = given.clock === undefined ? undefined : clockOf(given.clock);
  const seed = wholeNumber("--seed", given.seed, { least: 0, most: 2 ** 32 - 1 });
  const plain = {
    port: wholeNumber("--port", given.port, { least: 0, most: 65_535 }),
    speed: positive("--speed", given.speed, 1_000_000),
    seed,
    cash: positive("--cash", given.cash, 1_000_000_000),
    rateLimit: wholeNumber("--rate-limit", given.rateLimit, { least: 1, most: 1_000_000_000 }),
    ...(given.key === undefined || given.secret === undefined
      ? {}
      : { key: given.key, secret: given.secret }),
    ...(given.faults === undefined ? {} : { faults: faultsOf(given.faults) }),
    actions: given.action.map((line) => parseAction(line, "--action")),
    ...(startsAt === undefined ? {} : { startsAt }),
    ...(given.skipClosed === undefined ? {} : { skipsClosedHours: given.skipClosed }),
  };
  // Files last: reading them takes longest, and a wrong number should not wait for it.
  return { ...plain, source: await sourceOf(given.data, seed, startsAt) };
}

async function sourceOf(data: string, seed: number, startsAt: EpochMicros | undefined): Promise<PriceSource> {
  if (data === "synthetic")
    return new SyntheticPrices(seed, startsAt === undefined ? FIRST_DAY : sessionFrom(startsAt));
  const paths = data.split(",").map((path) => path.trim());
  return new FilePrices(await readPriceFiles(paths.filter((path) => path !== "")), seed);
}

/** The session of that moment, or the next one. */
function sessionFrom(at: EpochMicros): DayNumber {
  const day = marketDay(at);
  const found = sessionOn(day) ?? nextSession(day);
  if (found === undefined)
    throw new InputError(`--clock ${isoDate(day)}: the XNYS calendar has no session from there on`);
  return found.date;
}

function clockOf(text: string): EpochMicros {
  const at = parseWireTime(text);
  if (at !== undefined) return at;
  throw new InputError(
    `--clock "${text.slice(0, 40)}" is no time; give ISO 8601, for example 2026-11-18T14:00:00Z`,
  );
}

function faultsOf(path: string): readonly FaultTerms[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new InputError(`--faults ${path}: cannot be read; give the path of a YAML or JSON file`);
  }
  return parseFaults(parseYaml(text, `--faults ${path}`), `--faults ${path}`);
}

function positive(key: string, text: string, most: number): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value > 0 && value <= most) return value;
  throw new InputError(
    `${key} "${text.slice(0, 40)}" is not allowed; give a number above 0, at most ${most}`,
  );
}
