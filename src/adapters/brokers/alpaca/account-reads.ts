/**
 * What start-up, the probe of the broker's clock and the doctor ask: one answer or one reason, no life cycle involved.
 */
import type { z } from "zod";
import type { BrokerAccount, BrokerAsset, Priority, RefusalClass } from "../../../domain/broker.ts";
import { type DayNumber, type EpochMicros, isoDate, parseIsoDate } from "../../../domain/time.ts";
import type { Clock } from "../../net/ports.ts";
import { accountFrom, assetFrom } from "./map-account.ts";
import { judge } from "./outcome.ts";
import type { AlpacaRest } from "./rest.ts";
import { wireAccount, wireAsset, wireCalendar, wireClock, wireConfigurations } from "./wire-account.ts";

export type Answered<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: string };

export interface BrokerClock {
  /** The exchange's time as the broker gave it. */
  readonly at: EpochMicros;
  readonly isOpen: boolean;
  readonly nextOpen: EpochMicros;
  readonly nextClose: EpochMicros;
  /** How long the answer took: `at` lies within that many milliseconds before it came. */
  readonly roundTripMs: number;
}

/** A trading day; minutes of the New York day. */
export interface BrokerDay {
  readonly day: DayNumber;
  readonly openMinute: number;
  readonly closeMinute: number;
}

export interface BrokerConfigurations {
  readonly isSuspended: boolean;
  readonly mayShort: boolean;
  readonly fractional: boolean;
}

export interface AccountReads {
  account(): Promise<Answered<BrokerAccount>>;
  clock(): Promise<Answered<BrokerClock>>;
  /** Both days included, ascending. */
  calendar(from: DayNumber, to: DayNumber): Promise<Answered<readonly BrokerDay[]>>;
  /** In the given order; fails when one cannot be read, and leaves out what the broker does not know. */
  assets(symbols: readonly string[]): Promise<Answered<readonly BrokerAsset[]>>;
  configurations(): Promise<Answered<BrokerConfigurations>>;
}

/**
 * Micros by which the broker's clock is ahead of ours (negative: behind), taking the middle of the round trip for the
 * moment it was read; known to half of the round trip. `heardAt` is our idea of the exchange's time when it came.
 */
export function skewMicros({ at, roundTripMs }: BrokerClock, heardAt: EpochMicros, speed = 1): number {
  return at - (heardAt - Math.round((roundTripMs * 1000 * speed) / 2));
}

/** Refusals that say nothing of what was asked for. */
const ofTheAsker: readonly RefusalClass[] = ["unauthorized", "account", "day_trading", "throttled"];

export function accountReads({ rest, clock }: { rest: AlpacaRest; clock: Clock }): AccountReads {
  const get = async <Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    query: Readonly<Record<string, string>> = {},
    priority: Priority = "reconcile",
  ): Promise<Answered<z.infer<Schema>> & { isAbsent?: boolean }> => {
    const verdict = judge(await rest.send({ method: "GET", path, query, priority }));
    if (verdict.kind !== "ok") {
      const isAbsent = verdict.kind === "refused" && !ofTheAsker.includes(verdict.class);
      return { ok: false, reason: verdict.reason, isAbsent };
    }
    const read = schema.safeParse(verdict.json);
    if (read.success) return { ok: true, value: read.data };
    return { ok: false, reason: `${path} answered what cannot be read` };
  };
  const mapped = <From, To>(answer: Answered<From>, map: (value: From) => To): Answered<To> =>
    answer.ok ? { ok: true, value: map(answer.value) } : { ok: false, reason: answer.reason };

  return {
    account: async () => mapped(await get("/v2/account", wireAccount), accountFrom),
    clock: async () => {
      const asked = clock.now();
      const answer = await get("/v2/clock", wireClock);
      const roundTripMs = clock.now() - asked;
      return mapped(answer, ({ timestamp, is_open, next_open, next_close }) => ({
        at: timestamp,
        isOpen: is_open,
        nextOpen: next_open,
        nextClose: next_close,
        roundTripMs,
      }));
    },
    calendar: async (from, to) => {
      const query = { start: isoDate(from), end: isoDate(to) };
      return mapped(await get("/v2/calendar", wireCalendar, query), (rows) =>
        rows.flatMap(({ date, open, close }) => {
          const day = parseIsoDate(date);
          return day === undefined ? [] : [{ day, openMinute: minuteOf(open), closeMinute: minuteOf(close) }];
        }),
      );
    },
    assets: async (symbols) => {
      const assets: BrokerAsset[] = [];
      for (const symbol of symbols) {
        const path = `/v2/assets/${encodeURIComponent(symbol)}`;
        const answer = await get(path, wireAsset, {}, "research");
        if (answer.ok) assets.push(assetFrom(answer.value));
        else if (answer.isAbsent !== true) return { ok: false, reason: answer.reason };
      }
      return { ok: true, value: assets };
    },
    configurations: async () =>
      mapped(
        await get("/v2/account/configurations", wireConfigurations),
        ({ suspend_trade, no_shorting, fractional_trading }) => ({
          isSuspended: suspend_trade,
          mayShort: !no_shorting,
          fractional: fractional_trading,
        }),
      ),
  };
}

/** `09:30` or `0930`. */
function minuteOf(text: string): number {
  const digits = text.replace(":", "");
  return Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
}
