/** What the execute stage is built from: the sizes of the run, its rules and who stands in it without trading. */

import type { KillMode } from "../domain/kill-mode.ts";
import { MICROS, type Money } from "../domain/money.ts";
import type { RawBasis } from "../domain/raw-basis.ts";
import type { ReferenceTable } from "../domain/reference-table.ts";
import type { SessionTable } from "../domain/session.ts";
import type { EnsembleParams } from "../ensemble/ensemble-params.ts";
import type { BoundBreaker } from "../risk/breaker.ts";
import type { RiskRule } from "../risk/rule.ts";
import type { EntryPricing } from "./order-requests.ts";
import type { RegimeRule } from "./regime-watch.ts";

export interface ExecuteConfig {
  readonly strategies: number;
  readonly instruments: number;
  readonly startingCash: Money;
  readonly sessions: SessionTable;
  readonly rules: readonly RiskRule[];
  readonly execution: EntryPricing;
  /** Default: none. */
  readonly breakers?: readonly BoundBreaker[];
  /** Per strategy, in the order in which they decide. Default: equal shares of the cash. */
  readonly allocations?: readonly number[];
  /** Which strategies end each day flat, how many positions each may have, what instruments are called. */
  readonly intraday?: readonly boolean[];
  readonly positionCaps?: readonly number[];
  readonly symbols?: readonly string[];
  /** In that order; saved with the risk state, which is refused by a run of others (RS-1). */
  readonly strategyIds?: readonly string[];
  readonly raw?: RawBasis;
  readonly ensemble: EnsembleParams;
  /** One of `strategies` that never decides: it holds what the account has and no order of ours explains (C-48). */
  readonly externalStrategy?: number;
  /** A kill is complete when the broker's books say so too, not ours alone. */
  readonly verifiesFlat?: boolean;
  /** What a kill does; default: it closes everything (RISK-3). */
  readonly killMode?: KillMode;
  /** Length of the run's bars; absent: nothing is done before the close (C-65). */
  readonly barSeconds?: number;
  /** What a kill or an operator closes waits for the market to be open (I-21). */
  readonly closesOnlyInSession?: boolean;
  /** How the market's regime binds the run; absent: not at all. */
  readonly regime?: RegimeRule;
  /** By strategy: reference tables without which it enters nothing. Absent: nobody waits for any. */
  readonly needs?: readonly (readonly ReferenceTable[])[];
}

/** Nobody gave anything for what it holds: no loss is a part of that. Dollars. */
const BEYOND_LOSS = 1e15;

/** Dollars allocated to each strategy. */
export function capitalOf({
  strategies,
  startingCash,
  allocations,
  externalStrategy,
}: ExecuteConfig): number[] {
  const trading = externalStrategy === undefined ? strategies : strategies - 1;
  const shares = allocations ?? Array.from({ length: strategies }, () => 1 / trading);
  return shares.map((share, s) => (s === externalStrategy ? BEYOND_LOSS : (share * startingCash) / MICROS));
}
