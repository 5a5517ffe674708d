/** Makes or finds the run that a start trades: the demo with an exchange of its own, paper and live at the broker. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { AlpacaCredentials } from "../../adapters/brokers/alpaca/credentials.ts";
import { InputError, invariant } from "../../domain/assert.ts";
import { instrumentTable } from "../../domain/instrument.ts";
import {
  type DayNumber,
  type EpochMicros,
  isoDate,
  isoInstant,
  MICROS_PER_SECOND,
  parseIsoDate,
} from "../../domain/time.ts";
import { sessionOn, sessionRowOn, xnysSessions } from "../../market/calendar.ts";
import { BEFORE_OPEN_MICROS } from "../../market/exchange-clock.ts";
import { syntheticListings } from "../../sim/synthetic-listings.ts";
import type { Config } from "../config.ts";
import { barsUnder } from "../daily-history.ts";
import { demoTables } from "../references/demo-tables.ts";
import { marketFolder } from "../references/run-tables.ts";
import { syntheticLake } from "../references/synthetic-lake.ts";
import { requireGuardianAccount } from "./broker-reads.ts";
import { type DaysBefore, daysReaders } from "./days-before.ts";
import { type AccountMode, requirePermit } from "./interlock.ts";
import { openRun } from "./open-run.ts";
import { prepareRun, requireAccount } from "./prepare-run.ts";
import type { RunTerms } from "./run-terms.ts";
import { startTwin } from "./twin-process.ts";

export interface BeginTerms {
  /** Folder of the run's own state. */
  readonly root: string;
  /** Folder of the HALT file. */
  readonly killSwitch: string;
  /** As traded in the mode. */
  readonly config: Config;
  readonly sessions?: number;
  readonly tell: (line: string) => void;
}

export interface Begun {
  readonly run: RunTerms;
  readonly credentials: AlpacaCredentials;
  /** The guardian's own; absent: it shares the others. */
  readonly guardian?: AlpacaCredentials | undefined;
  /** It was open: a crash or a stop that left positions came before. */
  readonly goesOn: boolean;
  /** Resolves when the exchange that was started along with it is gone; never where there is none. */
  readonly exchangeGone: Promise<void>;
  /** Ends what was started along with it. */
  end(): Promise<void>;
}

export interface DemoTerms extends BeginTerms {
  /** Entry of the command line. */
  readonly entry: string;
  readonly speed: number;
  readonly seed: number;
  /** `synthetic`, a folder, or files as A,B. */
  readonly data: string;
}

/** Unix sockets have short names; the longest of ours below a root. */
const SOCKET_PATH_MAX = 103;

/** The exchange's morning before its first open, and the seconds of the wall until the processes are there. */
const leadMicros = (speed: number): number => BEFORE_OPEN_MICROS + 5 * MICROS_PER_SECOND * speed;

/** The demo's account lives in its exchange and ends with it: every start is a new run. */
export async function beginDemo(terms: DemoTerms): Promise<Begun> {
  const { root, config, data } = terms;
  requireShortRoot(root);
  const isSynthetic = data === "synthetic";
  const opens = firstOpen(config);
  const startsAt = isoInstant((opens - leadMicros(terms.speed)) as EpochMicros);
  // Years of a market made of chance take a second or two, before the exchange's clock begins to run.
  const days = isSynthetic ? await demoDays(terms) : undefined;
  const first = isSynthetic ? await demoFirst(terms, opens) : undefined;
  const twin = await startTwin({
    entry: terms.entry,
    words: [
      ...["--speed", String(terms.speed), "--seed", String(terms.seed), "--skip-closed"],
      ...["--cash", String(config.account.capital), "--rate-limit", "1000000"],
      ...["--data", isSynthetic ? data : priceFiles(data).join(",")],
      ...(isSynthetic ? ["--clock", startsAt] : []),
      ...config.demo.actions.flatMap((line) => ["--action", line]),
    ],
  });
  const { credentials, hosts, clock, symbols } = twin;
  try {
    const historySessions = isSynthetic ? config.demo.warmupSessions : 0;
    const more = { mode: "demo", credentials, hosts, clock, symbols, historySessions } as const;
    const { firstSession } = config.demo;
    const past = { regime: { from: "synthetic" as const, seed: terms.seed, firstSession } };
    // The partner of a pair is told by its number.
    const isOurs = symbols.join() === demoSymbols.join();
    invariant(!isSynthetic || isOurs, "TB-1", `the exchange lists ${symbols.join()}`);
    const known = { ...(days === undefined ? {} : { days }), ...(first === undefined ? {} : { first }) };
    const ofChance = isSynthetic ? { ...past, ...known } : {};
    const run = await prepareRun({ ...terms, ...more, ...ofChance });
    return { run, credentials, goesOn: false, exchangeGone: twin.ended, end: () => twin.stop() };
  } catch (error) {
    await twin.stop();
    throw error;
  }
}

/** Sessions of the demo's past that its daily strategies begin with: the slowest of their features needs 253. */
const DEMO_DAYS = 300;

/** As the exchange lists them. */
const demoSymbols = syntheticListings.map(({ symbol }) => symbol);

async function demoFirst({ config, seed, root }: DemoTerms, opens: EpochMicros): Promise<RunTerms["first"]> {
  const regime = { from: "synthetic", seed, firstSession: config.demo.firstSession } as const;
  return await demoTables({ config, root, regime, opens, instruments: instrumentTable(demoSymbols) });
}

/** Undefined where nobody decides on days. */
async function demoDays({ config, seed, root }: DemoTerms): Promise<DaysBefore | undefined> {
  if (daysReaders(config).length === 0) return undefined;
  const { firstSession: text } = config.demo;
  const firstSession = parseIsoDate(text) as DayNumber;
  const { date } = xnysSessions();
  const [from, to] = [DEMO_DAYS, 1].map((back) => date[sessionRowOn(firstSession) - back]) as DayNumber[];
  const lake = syntheticLake({ seed, firstSession }, marketFolder(root, { seed, firstSession: text }));
  const { columns } = await lake.loadBars({ symbols: "all", timeframe: "1d", from: from!, to: to! });
  return async (_from, _to, instruments) => barsUnder(instruments, columns);
}

export interface AccountTerms extends BeginTerms {
  readonly mode: AccountMode;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where a `.env` may lie, besides the root. */
  readonly folder: string;
}

/** Throws InputError when mode, settings, keys, account and what stands in the root do not belong together. */
export async function beginAccount(terms: AccountTerms): Promise<Begun> {
  const { root, mode, config: traded } = terms;
  requireShortRoot(root);
  const nowMs = Date.now();
  const { credentials, guardian, hosts, armed } = requirePermit({ ...terms, traded, nowMs });
  const open = openRun(root, mode, traded);
  const nobody = { exchangeGone: new Promise<void>(() => undefined), end: () => Promise.resolve() };
  if (open !== undefined) {
    await requireAccount(open, credentials, armed?.account);
    if (guardian !== undefined) await requireGuardianAccount(guardian, open);
    return { run: open, credentials, guardian, goesOn: true, ...nobody };
  }
  const run = await prepareRun({
    ...terms,
    credentials,
    hosts,
    clock: { machineMs: nowMs, exchangeAt: (nowMs * 1000) as EpochMicros, speed: 1, skipsClosedHours: false },
    symbols: traded.live.symbols,
    historySessions: traded.live.historySessions,
    regime: { from: "lake" },
    ...(armed === undefined ? {} : { accountNumber: armed.account }),
  });
  if (guardian !== undefined) await requireGuardianAccount(guardian, run);
  return { run, credentials, guardian, goesOn: false, ...nobody };
}

/** Opening of the demo's first session. Throws InputError for a day without one. */
export function firstOpen({ demo: { firstSession: text } }: Config): EpochMicros {
  const day = parseIsoDate(text);
  if (day === undefined)
    throw new InputError(`config: demo.firstSession = ${text}: must be a date, e.g. 2026-11-18`);
  const session = sessionOn(day);
  if (session !== undefined) return session.open;
  throw new InputError(`config: demo.firstSession = ${isoDate(day)}: XNYS is closed then`);
}

const PRICE_FILE = /\.(?:csv|csv\.gz|parquet)$/i;

/** The files of a folder, or those that were named. */
function priceFiles(data: string): readonly string[] {
  if (statSync(data, { throwIfNoEntry: false })?.isDirectory() !== true) return [data];
  const files = readdirSync(data)
    .filter((name) => PRICE_FILE.test(name))
    .toSorted()
    .map((name) => join(data, name));
  if (files.length > 0) return files;
  throw new InputError(`--data ${data}: no CSV or Parquet file in it; give files of bars, quotes or trades`);
}

function requireShortRoot(root: string): void {
  const longest = join(root, "run", "guardian.sock");
  if (Buffer.byteLength(longest) <= SOCKET_PATH_MAX || process.platform === "win32") return;
  throw new InputError(
    `--root ${root.slice(0, 80)}: ${longest.length} characters to its sockets, the system takes ${SOCKET_PATH_MAX}; ` +
      "give a shorter one",
  );
}
