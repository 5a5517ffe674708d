/**
 * Able minutes (RELIABILITY 6.5): of the minutes in which the market was open, those in which the system could have
 * traded. What limits risk on purpose counts as able and is told beside it; what broke counts as lost and has a cause.
 *
 * AM-1  Each instant of a session is able or lost, once, whatever overlaps: able and the lost of all causes add up to
 *       the minutes that were scheduled.
 * AM-2  What nobody knows the cause of is our own.
 */
import { isoDate, MICROS_PER_MINUTE } from "../domain/time.ts";

/** Ours, the broker's, the market data's; of the network when broker and data are gone together. */
export const outageCauses = ["own", "broker", "feed", "network"] as const;
export type OutageCause = (typeof outageCauses)[number];

/** Epoch micros of the exchange's clock, `to` not included. */
export interface Spell {
  readonly from: number;
  readonly to: number;
  /** For people. */
  readonly what: string;
}

export interface Outage extends Spell {
  readonly cause: OutageCause;
}

export interface AbleInput {
  /** The sessions of the window, oldest first. */
  readonly sessions: readonly { readonly date: number; readonly open: number; readonly close: number }[];
  /** Nothing was promised before, and nothing is known after: sessions are cut there. */
  readonly from: number;
  readonly until: number;
  readonly outages: readonly Outage[];
  /** Entries barred on purpose: by a limit, a breaker, an operator, the end of a run. */
  readonly holds: readonly Spell[];
}

/** Minutes, with parts of them. */
export interface AbleDay {
  readonly date: string;
  readonly scheduled: number;
  readonly able: number;
  readonly lost: Readonly<Record<OutageCause, number>>;
  /** Able, and barred on purpose. */
  readonly held: number;
}

export interface AbleMinutes {
  /** Sessions with a minute on record, oldest first. */
  readonly days: readonly AbleDay[];
  /** Sessions of the window, on record or not. */
  readonly window: number;
  readonly scheduled: number;
  readonly able: number;
  readonly lost: Readonly<Record<OutageCause, number>>;
  readonly held: number;
  /** Able of scheduled; null where nothing was scheduled. */
  readonly fraction: number | null;
  readonly goal: number;
  /** What the whole window may lose, what is left of it (below zero: overdrawn), and that as a fraction. */
  readonly budget: { readonly minutes: number; readonly left: number; readonly fraction: number };
  readonly policy: "free" | "careful" | "exhausted";
}

/** SYSTEM 16. */
export const ABLE_GOAL = 0.995;
/** Sessions that the budget is reckoned over. */
export const ABLE_SESSIONS = 21;
/** Below it there are no optional deployments. */
const CAREFUL_BELOW = 0.5;

export function ableMinutes({ sessions, from, until, outages, holds }: AbleInput): AbleMinutes {
  const days = sessions.flatMap(({ date, open, close }): AbleDay[] => {
    const [start, end] = [Math.max(open, from), Math.min(close, until)];
    if (!(end > start)) return [];
    const day = dayOf(start, end, outages, holds);
    return [{ date: isoDate(date as Parameters<typeof isoDate>[0]), ...day }];
  });
  const sum = (of: (day: AbleDay) => number) => days.reduce((total, day) => total + of(day), 0);
  const [scheduled, able] = [sum((day) => day.scheduled), sum((day) => day.able)];
  const lost = causes((cause) => sum((day) => day.lost[cause]));
  const whole = sessions.reduce((total, { open, close }) => total + (close - open), 0) / MICROS_PER_MINUTE;
  const minutes = whole * (1 - ABLE_GOAL);
  const left = minutes - (scheduled - able);
  const fraction = minutes > 0 ? left / minutes : 0;
  return {
    ...{ days, window: sessions.length, scheduled, able, lost, held: sum((day) => day.held) },
    fraction: scheduled > 0 ? able / scheduled : null,
    goal: ABLE_GOAL,
    budget: { minutes, left, fraction },
    policy: fraction < 1e-9 ? "exhausted" : fraction < CAREFUL_BELOW ? "careful" : "free",
  };
}

function dayOf(start: number, end: number, outages: readonly Outage[], holds: readonly Spell[]) {
  const touches = ({ from, to }: Spell) => from < end && to > start;
  const [broken, barred] = [outages.filter(touches), holds.filter(touches)];
  const edges = [...broken, ...barred]
    .flatMap(({ from, to }) => [Math.max(from, start), Math.min(to, end)])
    .concat(start, end)
    .toSorted((a, b) => a - b);
  const lost = { own: 0, broker: 0, feed: 0, network: 0 };
  let [able, held] = [0, 0];
  for (let n = 1; n < edges.length; n++) {
    const [from, to] = [edges[n - 1]!, edges[n]!];
    if (to === from) continue;
    const minutes = (to - from) / MICROS_PER_MINUTE;
    const covers = (spell: Spell) => spell.from <= from && spell.to >= to;
    const cause = causeOf(broken.filter(covers).map((outage) => outage.cause));
    if (cause !== undefined) lost[cause] += minutes;
    else {
      able += minutes;
      if (barred.some(covers)) held += minutes;
    }
  }
  return { scheduled: (end - start) / MICROS_PER_MINUTE, able, lost, held };
}

/** A dead machine cannot say what else is dead; and two that fail at one instant share the way to them. */
function causeOf(present: readonly OutageCause[]): OutageCause | undefined {
  const has = (cause: OutageCause) => present.includes(cause);
  if (present.length === 0 || has("own")) return present[0] === undefined ? undefined : "own";
  return has("network") || (has("broker") && has("feed")) ? "network" : present[0];
}

const causes = (of: (cause: OutageCause) => number): Record<OutageCause, number> => ({
  own: of("own"),
  broker: of("broker"),
  feed: of("feed"),
  network: of("network"),
});
