/** Pairs discovery over the lake as of a day, written down with every figure and every refusal (RES-1). */
import { join } from "node:path";
import { type Discovery, hasPairsDb, type PairRow, PairsDb } from "../../adapters/pairs-db.ts";
import { InputError } from "../../domain/assert.ts";
import { type DayNumber, isoDate } from "../../domain/time.ts";
import { formPairs, type JudgedPair } from "../../learn/pairs/form-pairs.ts";
import type { PairParams } from "../../learn/pairs/pair-params.ts";
import { canonicalJson } from "../../numerics/canonical-json.ts";
import { sha256Hex } from "../../numerics/sha256.ts";
import type { SeriesChoice } from "../regime/index-days.ts";
import { closesOfLake, panelBefore } from "./daily-closes.ts";

export interface PairsRequest {
  readonly root: string;
  readonly symbols: readonly string[] | "all";
  /** Last session that is seen; the lake's last when absent. */
  readonly asOf: DayNumber | undefined;
  readonly choice: SeriesChoice;
  readonly sectors: ReadonlyMap<string, string>;
  readonly params: PairParams;
  /** ISO instant for the record. */
  readonly now: string;
}

export interface FoundPairs {
  readonly found: Discovery;
  readonly pairs: readonly PairRow[];
}

/** Throws InputError where the lake has not as many sessions up to that day as are asked for. */
export async function discoverPairs(request: PairsRequest): Promise<FoundPairs> {
  const { root, symbols, asOf, choice, sectors, params } = request;
  const closes = await closesOfLake({ root, symbols, to: asOf, choice });
  const sessions = params.formation + params.confirmation;
  const panel = panelBefore(closes, closes.days.length, sessions, sectors);
  const last = closes.days.at(-1);
  if (panel === undefined || last === undefined)
    throw new InputError(
      `--as-of: pairs are formed of ${sessions} sessions, and the lake has ${closes.days.length} up to that day`,
      1,
    );
  const judged = formPairs(panel, params);
  const seen = canonicalJson({
    symbols: panel.symbols,
    sectors: panel.sectors.map((sector) => sector ?? ""),
    params: JSON.stringify(params),
    data: [closes.id, isoDate(last)],
  });
  const found: Discovery = {
    discoveryId: sha256Hex(seen).slice(0, 16),
    asOf: isoDate(last),
    createdAt: request.now,
    snapshot: closes.id,
    params: JSON.stringify(params),
    symbols: panel.symbols.length,
    tested: judged.length,
  };
  const pairs = judged.map((pair) => rowOf(pair, panel.symbols));
  const db = new PairsDb(pairsPath(root));
  try {
    db.record(found, pairs);
  } finally {
    db.close();
  }
  return { found, pairs };
}

/** Undefined before the first search. */
export function newestPairs(root: string): FoundPairs | undefined {
  if (!hasPairsDb(pairsPath(root))) return undefined;
  const db = new PairsDb(pairsPath(root));
  try {
    return db.newest();
  } finally {
    db.close();
  }
}

const pairsPath = (root: string): string => join(root, "db", "pairs.db");

const rowOf = (
  { y, x, sector, distance, test, otherP, rate, tlsHedge, halves, spread, off, traded, refusals }: JudgedPair,
  symbols: readonly string[],
): PairRow => ({
  y: symbols[y]!,
  x: symbols[x]!,
  sector: sector ?? null,
  distance,
  statistic: test.statistic,
  p: test.p,
  otherP,
  rate,
  hedge: spread.slope,
  tlsHedge,
  firstHalfHedge: halves[0],
  secondHalfHedge: halves[1],
  halfLife: spread.halfLife,
  off,
  tradedHedge: traded.slope,
  tradedMean: traded.mean,
  tradedDeviation: traded.deviation,
  tradedHalfLife: traded.halfLife,
  refusals,
});
