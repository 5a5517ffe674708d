/** The picture of the page (DB-1, DB-2), made of what execute told last and of how long ago that was. Pure. */
import type { Config } from "../../app/config.ts";
import type { EnginePicture } from "../../app/live/engine-picture.ts";
import { answer, because, leadingClaim } from "../../app/permission-words.ts";
import { regimeLine } from "../../app/regime/regime-words.ts";
import { claimAuthorities, END_OF_RUN } from "../../domain/claim.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type { Authority, Claim } from "../../risk/authority.ts";
import type {
  AuthorityName,
  ClaimRow,
  CountsPicture,
  Light,
  LinkPicture,
  MoneyPicture,
  NextJob,
  PermissionPicture,
  Picture,
  PositionRow,
  SessionPicture,
} from "../contract/picture.ts";
import { instant, known } from "./known.ts";
import { limitUses } from "./limit-uses.ts";

export interface PictureFacts {
  readonly mode: Picture["mode"];
  readonly run: string;
  readonly accountId: string;
  readonly build: string;
  readonly speed: number;
  /** Sessions of the run; undefined: until it is stopped. */
  readonly sessions: number | undefined;
  readonly startEquity: number;
  readonly config: Config;
  readonly strategyIds: readonly string[];
}

export interface PictureNow {
  /** What execute told last; undefined before the first answer. */
  readonly engine: EnginePicture | undefined;
  readonly ageMs: number | null;
  /** Why there is none newer. */
  readonly why: string;
  /** Wall. */
  readonly madeAt: string;
  /** Of the exchange, by its clock: where execute has told nothing. */
  readonly at: string;
  /** By the calendar, where execute has told none. */
  readonly session: Omit<SessionPicture, "number" | "of"> & { readonly number: number };
  readonly links: readonly LinkPicture[];
  readonly counts: Omit<CountsPicture, "ordersToday" | "unknownOrders">;
  readonly nextJobs: readonly NextJob[];
}

/** It answers within a millisecond or two; one question may be lost. */
const LATE_MS = 1500;
const DOWN_MS = 5000;

export const engineLight = (ageMs: number | null): Light =>
  ageMs === null || ageMs >= DOWN_MS ? "down" : ageMs >= LATE_MS ? "late" : "ok";

export function pictureOf(facts: PictureFacts, now: PictureNow): Picture {
  const { engine, ageMs } = now;
  const state = engineLight(ageMs);
  return {
    mode: facts.mode,
    run: facts.run,
    account: hidden(facts.accountId),
    build: facts.build,
    sequence: engine?.sequence ?? 0,
    at: engine?.at ?? now.at,
    speed: facts.speed,
    madeAt: now.madeAt,
    engine: { state, ageMs, why: state === "ok" ? "" : now.why },
    session: { ...(engine?.session ?? now.session), of: facts.sessions ?? null },
    permission: permissionOf(facts, engine, state),
    money: moneyOf(facts, engine),
    limits: limitUses(facts.config, engine).map(({ key: _, ...use }) => use),
    links: now.links,
    positions: engine === undefined ? [] : positionsOf(engine),
    working: engine?.working.map((order) => ({ ...order, at: known(order.at) })) ?? [],
    counts: {
      ...now.counts,
      ordersToday: engine?.ordersToday ?? 0,
      unknownOrders: engine?.unknownOrders ?? 0,
    },
    nextJobs: now.nextJobs,
    killMode: facts.config.kill.mode,
    resumeBarred: engine?.resumeBarred ?? ["execute does not answer"],
  };
}

/** All but the last four characters. */
function hidden(account: string): string {
  return `${"•".repeat(Math.max(0, Math.min(8, account.length - 4)))}${account.slice(-4)}`;
}

function moneyOf({ startEquity }: PictureFacts, engine: EnginePicture | undefined): MoneyPicture {
  const money: Partial<EnginePicture["money"]> = engine?.money ?? {};
  const { gross = null, net = null, equity = null, dayStart = null } = money;
  const isKnown = gross !== null && net !== null;
  return {
    equity: known(equity),
    cash: known(money.cash),
    dayBase: known(money.dayBase),
    dayHigh: known(money.dayHigh),
    dayPnl: known(money.dayPnl),
    dayPnlFraction: equity === null || dayStart === null ? null : known(equity / dayStart - 1),
    realisedToday: known(money.realisedToday),
    unrealised: known(money.unrealised),
    startEquity,
    gross: known(gross),
    net: known(net),
    long: isKnown ? known((gross + net) / 2) : null,
    short: isKnown ? known((gross - net) / 2) : null,
    costsToday: known(money.costsToday),
  };
}

function positionsOf({ positions, money: { equity } }: EnginePicture): PositionRow[] {
  return positions.map(({ symbol, strategy, shares, entry, last, stop, target, heldSince }) => {
    const value = shares * last;
    const atRisk = shares * (last - stop);
    return {
      symbol,
      strategy,
      shares,
      entry,
      last: known(last),
      pnl: isNumber(last) ? known(shares * (last - entry)) : null,
      pnlFraction: isNumber(last) ? known(Math.sign(shares) * (last / entry - 1)) : null,
      weight: isNumber(last) ? known(value / equity) : null,
      stop: known(stop),
      target: known(target),
      risk: isNumber(last) && isNumber(stop) ? Math.max(0, atRisk) : null,
      heldSince,
    };
  });
}

const isNumber = (value: number | null): boolean => known(value) !== null;

const names: Readonly<Record<Authority, AuthorityName>> = {
  kill_switch: "killSwitch",
  circuit_breakers: "breakers",
  orchestrator: "orchestrator",
  regime: "regime",
  ensemble: "ensemble",
  strategy: "strategy",
};

/** What a calm authority watches; the regime says itself what it sees. */
const calm: Readonly<Record<Exclude<Authority, "regime">, { readonly text: string }>> = {
  kill_switch: { text: "the halt button, the HALT file and operators" },
  circuit_breakers: { text: "losses, streaks, silence of the feed and the broker" },
  orchestrator: { text: "the hours, reconciliation and the end of a run" },
  ensemble: { text: "trailing performance, which scales sizes by itself" },
  strategy: { text: "each strategy's own switch and faults" },
};

/** Claims that hold by the clock. */
const SCHEDULED: ReadonlySet<string> = new Set(["stopping", END_OF_RUN, "night", "holiday"]);

function permissionOf(
  { strategyIds, config }: PictureFacts,
  engine: EnginePicture | undefined,
  state: Light,
): PermissionPicture {
  if (engine === undefined || state === "down")
    return {
      level: null,
      scalar: null,
      answer: "Not known: execute does not answer.",
      because: "Stops that rest at the broker protect what is held. Halting works all the same.",
      claims: [],
    };
  const { permission } = engine;
  const words = {
    permission,
    positions: engine.positions,
    session: engine.session,
    drawdownFromDayHigh: engine.uses.drawdownFromDayHigh,
    drawdownLimit: (config.risk.daily_drawdown as { readonly maxFraction: number }).maxFraction,
  };
  const leading = leadingClaim(words);
  return {
    level: permission.level,
    scalar: permission.scalar,
    answer: answer(words),
    because: because(words),
    claims: claimAuthorities.flatMap((authority) => {
      const own = permission.claims.filter((claim) => claim.authority === authority);
      if (own.length === 0) return [calmRow(authority, engine.regime)];
      return own.map((claim) => claimRow(claim, claim === leading, strategyIds));
    }),
  };
}

function calmRow(authority: Authority, regime: string | null): ClaimRow {
  const isAbsent = authority === "regime" && regime === null;
  const text = authority === "regime" ? (regime ?? regimeLine(null)) : calm[authority].text;
  return {
    ...{ authority: names[authority], level: null, scalar: 1, scope: null, source: "", reason: text },
    ...{ since: null, until: null, liftedBy: null, isLeading: false, isScheduled: false, isAbsent },
  };
}

const partOf = ({ side }: Claim): string | null => (side === "long" ? "new longs" : null);

function claimRow(claim: Claim, isLeading: boolean, strategyIds: readonly string[]): ClaimRow {
  const { scope } = claim;
  return {
    authority: names[claim.authority],
    level: claim.level,
    scalar: claim.scalar,
    // JSON has no undefined: what binds the account came without it, or as null.
    scope: typeof scope === "number" ? (strategyIds[scope] ?? `strategy ${scope}`) : partOf(claim),
    source: claim.source,
    reason: claim.reason,
    since: instant(claim.since satisfies EpochMicros),
    until: instant(claim.until),
    liftedBy: claim.liftedBy,
    isLeading,
    isScheduled: SCHEDULED.has(claim.source),
    isAbsent: false,
  };
}
