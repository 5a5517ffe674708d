/**
 * What a search for rules stands on: daily bars, parted into the days that evolution may see and a vault at their end,
 * and the names that say which data and which terms they were.
 *
 * DI-1  Evolution is given a panel of bars that ends where the vault begins, and no formula looks forward: a rule's
 *       past signals do not change with what comes after them.
 */
import { createLake } from "../../adapters/lake/lake.ts";
import type { LoadRequest } from "../../adapters/lake/load-bars.ts";
import { type Config, resultHash } from "../../app/config.ts";
import { shortDigest } from "../../app/trials.ts";
import { InputError } from "../../domain/assert.ts";
import { type Adjustment, type BarColumns, batchCount } from "../../domain/bars.ts";
import type { DayNumber, EpochMicros } from "../../domain/time.ts";
import { featureSetVersion } from "../../features/batch.ts";
import { leafFeature, leafNames } from "../../features/formula/expression.ts";
import { operators, windows } from "../../features/formula/operators.ts";
import { evolutionTerms } from "../../learn/evolution/evolution.ts";
import { fitnessTerms } from "../../learn/evolution/fitness.ts";
import { genomeBounds } from "../../learn/evolution/genome.ts";
import { vaultGates } from "../../learn/evolution/vault.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import { digestFloats } from "../../numerics/sha256.ts";

/** As it is written down: plain data. */
export interface DiscoveryTerms {
  readonly generations: number;
  readonly population: number;
  readonly seed: number;
  /** Basis points of each side, of the fast judgement. */
  readonly costBps: number;
  readonly symbols: readonly string[] | "all";
  readonly from: DayNumber | null;
  readonly to: DayNumber | null;
  readonly source: string | null;
  readonly adjustment: Adjustment | null;
  readonly snapshot: string | null;
}

export interface DiscoveryGround {
  readonly columns: BarColumns;
  /** First batch of the vault. */
  readonly vault: number;
  readonly snapshot: string;
  readonly dataHash: string;
}

/** Of the sessions, at their end. */
const VAULT_SHARE = 0.2;
/** In the days of evolution: fewer say nothing about how a ratio spreads. */
const LEAST_WINDOWS = 4;
/** So that overfitting can be judged there in four parts. */
const LEAST_VAULT = 80;

/** Throws InputError where the lake has no such bars, raw ones, or too few sessions. */
export async function loadGround(root: string, terms: DiscoveryTerms): Promise<DiscoveryGround> {
  const lake = createLake(root);
  try {
    const { columns, snapshot, series } = await lake.loadBars(barsOf(terms));
    const raw = series.find(({ adjustment }) => adjustment === "raw");
    if (raw !== undefined)
      throw new InputError(
        `--symbols ${raw.symbol}: its bars are raw, where a split looks like a crash; give --adjustment split or full`,
      );
    const sessions = batchCount(columns);
    const vault = Math.floor((1 - VAULT_SHARE) * sessions);
    const least = Math.ceil((fitnessTerms.train + LEAST_WINDOWS * fitnessTerms.test) / (1 - VAULT_SHARE));
    if (vault < fitnessTerms.train + LEAST_WINDOWS * fitnessTerms.test || sessions - vault < LEAST_VAULT)
      throw new InputError(
        `--symbols: the lake has ${sessions} sessions of them, and a search needs ${least}, a fifth of them kept apart`,
      );
    const { closedAt, instrument, open, high, low, close, volume } = columns;
    const names = shortDigest("sy", columns.instruments.symbols);
    const prices = digestFloats(closedAt, Float64Array.from(instrument), open, high, low, close, volume);
    return { columns, vault, snapshot, dataHash: shortDigest("data", { names, prices }) };
  } finally {
    lake.close();
  }
}

function barsOf({ symbols, from, to, source, adjustment, snapshot }: DiscoveryTerms): LoadRequest {
  return {
    symbols,
    timeframe: "1d",
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
    ...(source === null ? {} : { source }),
    ...(adjustment === null ? {} : { adjustment }),
    ...(snapshot === null ? {} : { snapshot }),
  };
}

export const dayOfBatch = ({ closedAt }: BarColumns, batch: number): DayNumber =>
  newYorkDay(closedAt[batch] as EpochMicros);

/** Of all that a result depends on beside the data: what was asked, how rules are bred, and how they are traded. */
export function termsHash(terms: DiscoveryTerms, config: Config): string {
  const leaves = leafNames().flatMap((name) => leafFeature(name)?.ref.feature ?? []);
  const words = operators.map(({ name, args, result }) => [name, ...args, result]);
  const { islands, depths } = evolutionTerms;
  return shortDigest("cfg", {
    ...{ terms, words, windows, depths, islands, fitnessTerms, genomeBounds, vaultGates },
    judged: "in excess of holding",
    evolution: JSON.stringify(evolutionTerms),
    features: featureSetVersion(leaves),
    config: resultHash(config),
  });
}

/** Equal for equal data and terms: the same search again is the same one. */
export const discoveryId = (dataHash: string, configHash: string): string =>
  shortDigest("di", { dataHash, configHash });

/** Id of the strategy that a search ends with. */
export const strategyIdOf = (id: string): string => `discovered_${id.slice(3)}`;
