/**
 * All that the processes of one run share: written once by whoever starts it, read by each, hashed into every hello, so
 * that no two of them can belong to different runs, codes or settings (C-55).
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { replaceFile } from "../../adapters/durable-file.ts";
import { InputError } from "../../domain/assert.ts";
import type { RegimeReading } from "../../domain/regime-reading.ts";
import type { ClockTerms } from "../../market/exchange-clock.ts";
import { canonicalJson } from "../../numerics/canonical-json.ts";
import { codeVersion } from "../code-version.ts";
import { type Config, checked } from "../config.ts";
import type { RunModels } from "../models/run-models.ts";
import { withoutPlaces, withPlaces } from "../own-strategies.ts";
import type { LiveTable } from "../references/live-references.ts";
import { notTradingPart, withNotTrading } from "../trading-hash.ts";

export const tradingModes = ["demo", "paper", "live"] as const;
export type TradingMode = (typeof tradingModes)[number];

/** The lake of the installation, or the past of a market made of chance: its seed, and its first session, ISO. */
export type RegimeSource =
  | { readonly from: "lake" }
  | { readonly from: "synthetic"; readonly seed: number; readonly firstSession: string };

export interface HistoryFile {
  readonly file: string;
  readonly sha256: string;
  readonly bars: number;
}

export interface RunTerms {
  /** Name of the run: the instant it was made, in base 32, behind the first letter of its mode. */
  readonly run: string;
  readonly mode: TradingMode;
  readonly startedAt: string;
  readonly build: string;
  readonly config: Config;
  readonly strategyIds: readonly string[];
  readonly symbols: readonly string[];
  /** Dollars at the start: what the account has, and what sizes are reckoned from. */
  readonly cash: number;
  readonly accountId: string;
  /** Dollars in the account that are not the run's: its worth at the start, less `cash`. */
  readonly outside: number;
  /** Held before the run began and taken over; signed shares, dollars per share. */
  readonly adopted: readonly {
    readonly symbol: string;
    readonly shares: number;
    readonly price: number;
  }[];
  readonly clock: ClockTerms;
  readonly hosts: {
    readonly trading: string;
    readonly tradingStream: string;
    readonly data: string;
    /** Of market data. */
    readonly stream: string;
  };
  readonly feed: "iex" | "sip";
  /** Folder of the HALT file, absolute: one for all modes of a root. */
  readonly killSwitch: string;
  /** The run ends by itself after so many sessions; absent: never. */
  readonly sessions?: number;
  /** Where the regime detector's days are; absent: no regime binds the run. */
  readonly regime?: RegimeSource;
  /** Bars before the run, in a file beside this one; their digest makes them part of it. */
  readonly history: HistoryFile;
  /** Daily bars before those, for strategies that decide on days; absent: none does, or there were none. */
  readonly days?: HistoryFile;
  /** Of the first session, where its morning's tasks may come too late: the clock is a demo's. */
  readonly first?: { readonly tables: readonly LiveTable[]; readonly reading?: RegimeReading };
  /** Beside the rules of its strategies, as they were chosen when it was made; absent: rules alone. */
  readonly models?: RunModels;
}

/** Places of a run below the root. */
export interface RunPlaces {
  readonly root: string;
  readonly terms: string;
  /** Settings that trade nothing, where they were changed since the run began. */
  readonly settings: string;
  readonly ingestSocket: string;
  readonly executeSocket: string;
  readonly guardianSocket: string;
  readonly flattenLease: string;
  /** Who of the strategies in files is deciding now. */
  readonly deciding: string;
  /** Beside the journals: its room is of use on no other disk. */
  readonly ballast: string;
}

export function runPlaces(root: string): RunPlaces {
  const run = join(root, "run");
  return {
    root,
    terms: join(run, "run.json"),
    settings: join(run, "settings.json"),
    ingestSocket: join(run, "ingest.sock"),
    executeSocket: join(run, "execute.sock"),
    guardianSocket: join(run, "guardian.sock"),
    flattenLease: join(run, "flatten.json"),
    deciding: join(run, "deciding"),
    ballast: join(root, "db", "ballast"),
  };
}

export function newRunName(mode: TradingMode, nowMs: number): string {
  return `${mode[0]}${Math.floor(nowMs).toString(32)}`;
}

export function writeRunTerms({ terms }: Pick<RunPlaces, "terms">, run: RunTerms): void {
  replaceFile(terms, `${canonicalJson(run)}\n`);
}

/** Lays settings that trade nothing over those that an open run began with. Its own terms stay as they were written. */
export function writeRunSettings({ settings }: RunPlaces, run: RunTerms, config: Config): void {
  replaceFile(settings, `${canonicalJson({ run: run.run, config: notTradingPart(config) })}\n`);
}

/** As in force now. Undefined when there is none; InputError (exit 1) when it cannot be read. */
export function readRunTerms(places: Pick<RunPlaces, "terms" | "settings">): RunTerms | undefined {
  const begun = begunTerms(places);
  const run = begun && placedTerms(begun, places);
  const later = parsedFile(
    places.settings,
    "cannot be read; move it away: the settings hold that the run began with",
  );
  const changed = later as { readonly run?: unknown; readonly config?: unknown } | undefined;
  if (run === undefined || changed?.run !== run.run) return run;
  // Judged like any configuration: this file is nobody's way around a bound.
  return { ...run, config: checked(withNotTrading(run.config, changed.config)) };
}

/** As the run began: what its journal is chained to. */
export const begunTerms = ({ terms }: Pick<RunPlaces, "terms">): RunTerms | undefined =>
  parsedFile(terms, "is no description of a run; move it away to start a new one") as RunTerms | undefined;

/** With its strategies in files where the run keeps them, which its own words name without a folder. */
export function placedTerms(run: RunTerms, { terms }: Pick<RunPlaces, "terms">): RunTerms {
  const config = withPlaces(run.config, (file) => resolve(dirname(terms), file));
  return config === run.config ? run : { ...run, config };
}

function parsedFile(path: string, cure: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new InputError(`${path}: cannot be read (${(error as Error).message})`, 1);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError(`${path}: ${cure}`, 1);
  }
}

/** Refuses terms that other code wrote: a process on an old build must not trade beside a new one (C-55). */
export function requireOwnBuild(run: RunTerms): void {
  const build = codeVersion();
  if (run.build === build) return;
  throw new InputError(`run ${run.run} was started by build ${run.build}, this is ${build}; restart all`, 3);
}

/** What every hello says of the settings; the same on every machine. */
export const termsHash = (run: RunTerms): string =>
  createHash("sha256")
    .update(canonicalJson({ ...run, config: withoutPlaces(run.config) }))
    .digest("hex")
    .slice(0, 16);
