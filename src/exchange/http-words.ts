/** What a request is and what an answer is, between the server and the routes; and how a route says no. */
import type { EpochMicros } from "../domain/time.ts";
import { parseWireTime } from "./wire-time.ts";

export interface Ask {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined when none was sent. */
  readonly body: unknown;
  /** What the route's pattern captured, decoded. */
  readonly parts: readonly string[];
}

export interface Answer {
  readonly status: number;
  /** Absent: an empty body. */
  readonly body?: unknown;
}

export interface Route {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: RegExp;
  /** Requests are counted by group (429). */
  readonly group: "trading" | "data" | "admin";
  answer(ask: Ask): Answer | Promise<Answer>;
}

/** Thrown by routes: becomes the body `{code, message, ...extra}`. */
export class Refused extends Error {
  readonly status: number;
  readonly code: number;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(status: number, code: number, message: string, extra: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.extra = extra;
  }
}

export const ok = (body: unknown): Answer => ({ status: 200, body });
/** 400: a parameter that cannot be read. */
export const badParameter = (message: string): Refused => new Refused(400, 40_010_000, message);
export const unprocessable = (message: string): Refused => new Refused(422, 40_010_001, message);
export const missing = (message: string): Refused => new Refused(404, 40_410_000, message);

/** A whole number within bounds, or `otherwise` when absent. */
export function wholeParameter(
  query: URLSearchParams,
  name: string,
  { least, most, otherwise }: { readonly least: number; readonly most: number; readonly otherwise: number },
): number {
  const text = query.get(name);
  if (text === null || text === "") return otherwise;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw badParameter(`invalid ${name}: ${text.slice(0, 40)}; must be from ${least} to ${most}`);
}

/** One of `allowed`, or the first of them when absent. */
export function wordParameter<Word extends string>(
  query: URLSearchParams,
  name: string,
  allowed: readonly [Word, ...Word[]],
): Word {
  const text = query.get(name);
  if (text === null || text === "") return allowed[0];
  const found = allowed.find((word) => word === text.toLowerCase());
  if (found !== undefined) return found;
  throw badParameter(`invalid ${name}: ${text.slice(0, 40)}`);
}

export function timeParameter(query: URLSearchParams, name: string): EpochMicros | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  const at = parseWireTime(text);
  if (at === undefined)
    throw badParameter(`invalid ${name}: ${text.slice(0, 60)}; give RFC 3339 or YYYY-MM-DD`);
  return at;
}

export function flagParameter(query: URLSearchParams, name: string): boolean {
  const text = query.get(name)?.toLowerCase();
  if (text === undefined || text === "" || text === "false" || text === "0") return false;
  if (text === "true" || text === "1") return true;
  throw badParameter(`invalid ${name}: ${text.slice(0, 20)}; give true or false`);
}

/** Comma-joined, once each; undefined when absent. */
export function listParameter(query: URLSearchParams, name: string): readonly string[] | undefined {
  const given = query.getAll(name).join(",");
  const words = given.split(",").map((word) => word.trim());
  const found = [...new Set(words.filter((word) => word !== ""))];
  return found.length === 0 ? undefined : found;
}

/** What symbols look like, whatever the exchange lists. */
export const SYMBOL_SHAPE = /^[A-Z][A-Z0-9]{0,11}(?:[./][A-Z0-9]{1,6})?$/;
