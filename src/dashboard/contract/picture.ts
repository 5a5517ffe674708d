/**
 * What the dashboard's server tells its page, and what the page may ask. Types only: both sides import them, and the
 * page knows nothing else of the program. JSON: instants are ISO 8601 UTC, money dollars, shares of something fractions
 * (0.02 is 2 %); null is "not known", never 0. Texts are untrusted and reach the page as text, never as markup.
 *
 * DB-1  One picture is of one instant of the books: every figure in it belongs to its `sequence`.
 * DB-2  A figure whose source does not answer is null or keeps the `age` of its source; it is never made up.
 */

export type LevelName = "NORMAL" | "SCALED" | "NO_NEW_ENTRIES" | "REDUCE_ONLY" | "FLATTEN" | "HALTED";
export type AuthorityName = "killSwitch" | "breakers" | "orchestrator" | "regime" | "ensemble" | "strategy";
export type Light = "ok" | "late" | "down" | "off";

// ---- GET /api/stream: server-sent events. `picture` at most 4 times a second and at least once, changed or not: after
// 2 s without one the page marks its figures old, after 5 s the level is unknown. A comment every 10 s keeps the line.

export interface Picture {
  readonly mode: "demo" | "paper" | "live";
  readonly run: string;
  /** Of the account, all but four characters hidden. */
  readonly account: string;
  readonly build: string;
  /** Inputs that the books have consumed: two pictures with one sequence show the same figures. */
  readonly sequence: number;
  /** Of the exchange. */
  readonly at: string;
  /** Seconds of the exchange for one of the wall; 1 in paper and live. */
  readonly speed: number;
  /** Of the machine, when the server made it; the page marks everything stale when it grows old. */
  readonly madeAt: string;
  /** How execute answers; `down`: the figures are the last ones known, or null. */
  readonly engine: { readonly state: Light; readonly ageMs: number | null; readonly why: string };
  readonly session: SessionPicture;
  readonly permission: PermissionPicture;
  readonly money: MoneyPicture;
  readonly limits: readonly LimitUse[];
  readonly links: readonly LinkPicture[];
  readonly positions: readonly PositionRow[];
  readonly working: readonly WorkingRow[];
  readonly counts: CountsPicture;
  readonly nextJobs: readonly NextJob[];
  /** What a halt does here (`kill.mode`): bars entries; takes working ones back, too; closes everything, too. */
  readonly killMode: "halt_only" | "cancel" | "flatten";
  /** What stands in the way of `resume`, in words; empty: nothing. */
  readonly resumeBarred: readonly string[];
}

export interface SessionPicture {
  /** YYYY-MM-DD in New York. */
  readonly date: string;
  /** PRE_MARKET, MARKET_OPEN, TRADING, MARKET_CLOSE, AFTER_HOURS, OVERNIGHT. */
  readonly phase: string;
  readonly opensAt: string;
  readonly closesAt: string;
  readonly isEarlyClose: boolean;
  /** Of the sessions that this run trades; null: until it is stopped. */
  readonly number: number;
  readonly of: number | null;
}

export interface PermissionPicture {
  /** Null while the engine is lost: the level is unknown, so none is drawn. */
  readonly level: LevelName | null;
  readonly scalar: number | null;
  /** The answer, as a person reads it: "Yes, at 0.70 of normal size." */
  readonly answer: string;
  /** Who holds it there, why, and what comes next. */
  readonly because: string;
  /** Strongest first, all six, calm ones too; several claims of one authority are several rows. */
  readonly claims: readonly ClaimRow[];
}

export interface ClaimRow {
  readonly authority: AuthorityName;
  /** Null: it claims nothing. */
  readonly level: LevelName | null;
  readonly scalar: number;
  /** The strategy that it binds alone; null: the account. */
  readonly scope: string | null;
  readonly source: string;
  /** With both numbers; for a calm one what it watches. */
  readonly reason: string;
  readonly since: string | null;
  readonly until: string | null;
  readonly liftedBy: "itself" | "operator" | null;
  /** It is what holds the level where it is. */
  readonly isLeading: boolean;
  /** Holds by the clock (night, holiday): drawn grey, no alarm. */
  readonly isScheduled: boolean;
  /** Not built yet or switched off: the row says so. */
  readonly isAbsent: boolean;
}

/** Dollars, exposure too; only `dayPnlFraction` is a fraction. */
export interface MoneyPicture {
  readonly equity: number | null;
  readonly cash: number | null;
  readonly dayBase: number | null;
  readonly dayHigh: number | null;
  readonly dayPnl: number | null;
  readonly dayPnlFraction: number | null;
  readonly realisedToday: number | null;
  readonly unrealised: number | null;
  readonly startEquity: number | null;
  readonly gross: number | null;
  readonly net: number | null;
  readonly long: number | null;
  readonly short: number | null;
  readonly costsToday: number | null;
}

/** A use and its limit, never one without the other. */
export interface LimitUse {
  /** Control or rule: `C-13`, `risk.position_size`. */
  readonly id: string;
  readonly label: string;
  readonly group: "exposure" | "drawdown" | "orders" | "machine";
  readonly unit: "fraction" | "count" | "usd" | "bps" | "ms" | "seconds";
  readonly use: number | null;
  readonly limit: number;
  /** What happens there: "no entries", "flatten, lock". */
  readonly then: string;
  /** It binds what is new alone: prices may carry what is held past it, and nothing is wrong then. */
  readonly bindsEntries?: true;
  /** Past this something acts on what is held, too; absent: nothing does. */
  readonly drift?: number;
}

export interface LinkPicture {
  readonly id: string;
  readonly label: string;
  readonly state: Light;
  readonly ageMs: number | null;
  readonly deadlineMs: number | null;
  readonly text: string;
}

export interface PositionRow {
  readonly symbol: string;
  readonly strategy: string;
  /** Signed. */
  readonly shares: number;
  readonly entry: number;
  readonly last: number | null;
  readonly pnl: number | null;
  readonly pnlFraction: number | null;
  /** Signed share of equity. */
  readonly weight: number | null;
  readonly stop: number | null;
  readonly target: number | null;
  /** What is lost if the stop fills at its price, dollars. */
  readonly risk: number | null;
  readonly heldSince: string | null;
}

export interface WorkingRow {
  readonly id: string;
  readonly symbol: string;
  readonly leg: string;
  /** Signed. */
  readonly shares: number;
  readonly at: number | null;
  readonly state: string;
  readonly since: string;
}

export interface CountsPicture {
  readonly ordersToday: number;
  readonly unknownOrders: number;
  readonly errorsOpen: { readonly critical: number; readonly error: number; readonly warning: number };
  readonly alertsOpen: number;
  readonly jobsFailed: number;
}

export interface NextJob {
  readonly id: string;
  readonly at: string;
}
