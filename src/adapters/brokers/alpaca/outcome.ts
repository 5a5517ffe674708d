/**
 * What an answer proves, exactly as RELIABILITY 3.3 lists it. Judged by status and code; the text only tells apart
 * what shares a code. Whatever is not on the list is unknown: the effect may have happened or may yet happen.
 */
import type { RefusalClass } from "../../../domain/broker.ts";
import type { RestOutcome } from "./rest.ts";
import { type WireError, wireError } from "./wire-account.ts";

export type Verdict =
  /** The broker did it; `json` is undefined when the body cannot be read. */
  | { readonly kind: "ok"; readonly status: number; readonly json: unknown }
  | { readonly kind: "refused"; readonly class: RefusalClass; readonly reason: string }
  | { readonly kind: "duplicate"; readonly reason: string }
  | { readonly kind: "notSent"; readonly reason: string }
  | { readonly kind: "unknown"; readonly reason: string };

const REASON_MAX = 200;
const NOT_FOUND = 40_410_000;
const DAY_TRADING = 40_310_100;

export function judge(outcome: RestOutcome): Verdict {
  if (outcome.kind === "failed")
    return { kind: outcome.sent ? "unknown" : "notSent", reason: outcome.reason };
  const { status, body } = outcome;
  const json = readJson(body);
  if (status >= 200 && status < 300) return { kind: "ok", status, json };
  const error = errorOf(json);
  const reason = `${status} ${shown(error, body)}`;
  if (status === 429) return { kind: "refused", class: "throttled", reason };
  if (status === 422 && isDuplicate(error)) return { kind: "duplicate", reason };
  if ([400, 401, 403, 404, 422].includes(status))
    return { kind: "refused", class: refusalClass(status, error), reason };
  return { kind: "unknown", reason };
}

/** A page of the edge that says 404 is no proof that the broker has no such order; its own answer is. */
export function provesAbsence(outcome: RestOutcome): boolean {
  if (outcome.kind === "failed" || outcome.status !== 404) return false;
  const error = errorOf(readJson(outcome.body));
  return error !== undefined && (error.code === NOT_FOUND || /not found/i.test(error.message));
}

/** Undefined when it is no JSON: HTML pages and empty bodies come with any status. */
export function readJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const isDuplicate = (error: WireError | undefined): boolean =>
  /client_order_id must be unique/i.test(error?.message ?? "");

function errorOf(json: unknown): WireError | undefined {
  const read = wireError.safeParse(json);
  return read.success ? read.data : undefined;
}

/** First match wins. Status 0 stands for any. */
const refusals: readonly (readonly [status: number, text: RegExp, refusal: RefusalClass])[] = [
  [401, /./s, "unauthorized"],
  [0, /insufficient .*buying power|cost basis.*exceeds/i, "buying_power"],
  [403, /day trad/i, "day_trading"],
  [0, /insufficient qty/i, "shares_held"],
  [0, /wash trade/i, "wash_trade"],
  [0, /position intent mismatch/i, "no_position"],
  [0, /sold short|not shortable|short|hard to borrow|locate/i, "not_shortable"],
  [
    0,
    /asset .*(?:not found|not active|restricted)|not tradable|not fractionable|symbol .*not found/i,
    "not_tradable",
  ],
  [404, /./s, "not_found"],
  [
    422,
    /order (?:is|chain|already)|already in|not open|cannot (?:cancel|replace)|not cancelable/i,
    "not_open",
  ],
  [0, /market is closed|outside .*hours|opg|cls|on.(?:open|close)/i, "closed"],
  [403, /blocked|suspended|liquidation|clos(?:e|ing) only|restricted|rejected by user/i, "account"],
  [403, /forbidden|not authorized/i, "unauthorized"],
  [400, /./s, "invalid"],
  [422, /./s, "invalid"],
];

function refusalClass(status: number, error: WireError | undefined): RefusalClass {
  if (error === undefined && status === 403) return "unauthorized";
  if (status === 403 && error?.code === DAY_TRADING) return "day_trading";
  const text = error?.message === undefined || error.message === "" ? "-" : error.message;
  const found = refusals.find(([only, pattern]) => (only === 0 || only === status) && pattern.test(text));
  return found?.[2] ?? "other";
}

function shown(error: WireError | undefined, body: string): string {
  const text = error === undefined ? body.replaceAll(/<[^>]*>|\s+/g, " ").trim() : error.message;
  const code = error?.code === undefined ? "" : `${error.code} `;
  return `${code}${text.slice(0, REASON_MAX)}`.trim();
}
