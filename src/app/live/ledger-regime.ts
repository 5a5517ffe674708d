/** Changes of the regime as rows of `regime_log`: the model's, the VIX's and the fast exit's, each by its own word. */
import type { Change, PerformanceTable } from "../../adapters/ledger/ledger-rows.ts";
import type { RegimeChange } from "../../engine/regime-watch.ts";
import type { LedgerNames } from "./ledger-names.ts";

/** What is new in the log since `seen` entries of it. */
export const regimeChanges = (
  names: LedgerNames,
  log: readonly RegimeChange[],
  seen: number,
): Change<PerformanceTable>[] =>
  log.slice(seen).map(({ at, of, now, before, vix, action }) => ({
    kind: "put",
    table: "regime_log",
    row: {
      ...{ run: names.run, timestamp: at, vix_level: vix, vix_regime: now ?? UNKNOWN[of] },
      ...{ previous_regime: before, action_taken: action },
    },
  }));

/** Two parts of the regime may become unknown at one instant: each has a word of its own. */
const UNKNOWN: Readonly<Record<RegimeChange["of"], string>> = {
  hmm: "none",
  vix: "vix unknown",
  fast_exit: "none",
};
