/** The six levels and the six authorities as the page names them: one order for the hull, the chips and the tables. */
import type { AuthorityName, LevelName } from "../../contract/picture.ts";

export const levels: readonly LevelName[] = [
  "NORMAL",
  "SCALED",
  "NO_NEW_ENTRIES",
  "REDUCE_ONLY",
  "FLATTEN",
  "HALTED",
];

/** 0 for NORMAL to 5 for HALTED. */
export const rankOf = (level: LevelName): number => levels.indexOf(level);

const sentence: Readonly<Record<LevelName, string>> = {
  NORMAL: "Normal",
  SCALED: "Scaled",
  NO_NEW_ENTRIES: "No new entries",
  REDUCE_ONLY: "Reduce only",
  FLATTEN: "Flatten",
  HALTED: "Halted",
};

/** Sentence case, for chips and cells. */
export const levelWord = (level: LevelName): string => sentence[level];
/** Capitals, for the strip and the hull. */
export const levelTitle = (level: LevelName): string => level.replaceAll("_", " ");

interface AuthorityWords {
  readonly name: string;
  readonly short: string;
  readonly shortest: string;
}

export const authorities: readonly AuthorityName[] = [
  "killSwitch",
  "breakers",
  "orchestrator",
  "regime",
  "ensemble",
  "strategy",
];

export const authorityWords: Readonly<Record<AuthorityName, AuthorityWords>> = {
  killSwitch: { name: "Kill switch", short: "Kill", shortest: "Kill" },
  breakers: { name: "Breakers", short: "Break", shortest: "Brk" },
  orchestrator: { name: "Orchestrator", short: "Orch", shortest: "Orc" },
  regime: { name: "Regime", short: "Regime", shortest: "Reg" },
  ensemble: { name: "Ensemble", short: "Ens", shortest: "Ens" },
  strategy: { name: "Strategy", short: "Strat", shortest: "Str" },
};

const phaseWords: Readonly<Record<string, string>> = {
  PRE_MARKET: "Pre-market",
  MARKET_OPEN: "Market open",
  TRADING: "Trading",
  MARKET_CLOSE: "Market close",
  AFTER_HOURS: "After hours",
  OVERNIGHT: "Overnight",
};

export const phaseWord = (phase: string): string => phaseWords[phase] ?? phase;
