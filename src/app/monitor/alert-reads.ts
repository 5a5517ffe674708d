/**
 * The alerts as the page, the command line, the doctor and the metrics read them: plain reads of alerts.db.
 */
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { alertsPath, channelOf, incidentOf } from "../../adapters/alerts/alert-store.ts";
import { channelIds } from "../../adapters/alerts/channel-registry.ts";
import type { AlertLevel, ChannelFacts, Incident } from "../../domain/alert.ts";
import { runbookOf } from "../../ops/alerts/alert-causes.ts";
import { isWorking } from "../../ops/alerts/alert-policy.ts";
import { readRunTerms, runPlaces } from "../live/run-terms.ts";

const BUSY_MS = 2000;

/** `off`: switched on and never tried, or nothing is known. */
export type ChannelLight = "ok" | "late" | "down" | "off";

export interface AlertLine {
  readonly id: string;
  readonly at: string;
  readonly level: AlertLevel;
  readonly source: string;
  readonly cause: string;
  readonly text: string;
  readonly count: number;
  readonly runbook: string | null;
  readonly acknowledgedAt: string | null;
  readonly acknowledgedBy: string | null;
  /** Nobody has acknowledged it and it is not over. */
  readonly isOpen: boolean;
  /** Of each channel, how the last message stands. */
  readonly deliveries: readonly AlertDelivery[];
}

export interface AlertDelivery {
  readonly channel: string;
  readonly state: "waiting" | "delivered" | "failed";
  readonly attempts: number;
  readonly at: string | null;
  readonly error: string | null;
}

export interface AlertChannelLine {
  readonly id: string;
  readonly state: ChannelLight;
  readonly text: string;
  readonly lastDeliveredAt: string | null;
}

export interface AlertsAnswer {
  readonly total: number;
  /** Newest first. */
  readonly rows: readonly AlertLine[];
  readonly channels: readonly AlertChannelLine[];
}

export interface AlertQuery {
  readonly from: number;
  readonly limit: number;
  readonly level?: AlertLevel | undefined;
  readonly open?: boolean | undefined;
}

/** Throws what SQLite says when the file cannot be read. */
export function alertsAnswer(root: string, query: AlertQuery, nowMs: number): AlertsAnswer {
  const read = reading(root, (db) => {
    const { from, limit, level, open } = query;
    const wanted = [
      ...(level === undefined ? [] : ["level = ?"]),
      ...(open === true ? ["state = 'open'"] : []),
    ];
    const where = wanted.length === 0 ? "" : `WHERE ${wanted.join(" AND ")}`;
    const values = level === undefined ? [] : [level];
    const total = Number(db.prepare(`SELECT count(*) AS n FROM incidents ${where}`).get(...values)?.n);
    const rows = db
      .prepare(`SELECT * FROM incidents ${where} ORDER BY id DESC LIMIT ? OFFSET ?`)
      .all(...values, limit, from)
      .map((row) => lineOf(db, incidentOf(row)));
    return { total, rows, facts: db.prepare("SELECT * FROM channels").all().map(channelOf) };
  });
  const { facts = [], total = 0, rows = [] } = read ?? {};
  return { total, rows, channels: switchedOn(root).map((id) => channelLine(id, facts, nowMs)) };
}

/** What is known of the channels; empty before the first attempt. */
export const channelFacts = (root: string): readonly ChannelFacts[] =>
  reading(root, (db) => db.prepare("SELECT * FROM channels").all().map(channelOf)) ?? [];

/** How the deliveries of one test stand; empty before the monitor has made it. */
export function testDeliveries(root: string, test: string): readonly AlertDelivery[] {
  return (
    reading(root, (db) => {
      const row = db.prepare("SELECT incident FROM alerts WHERE id = ?").get(`test-${test}`);
      return row === undefined ? [] : deliveriesOf(db, Number(row.incident));
    }) ?? []
  );
}

/** When the channels were tested last, and how that stands; undefined before the first test. */
export function lastChannelTest(
  root: string,
): { readonly at: string; readonly deliveries: readonly AlertDelivery[] } | undefined {
  return reading(root, (db) => {
    const row = db
      .prepare("SELECT id, opened_ms FROM incidents WHERE cause = 'test' ORDER BY id DESC LIMIT 1")
      .get();
    if (row === undefined) return undefined;
    return { at: iso(Number(row.opened_ms)), deliveries: deliveriesOf(db, Number(row.id)) };
  });
}

function reading<Result>(root: string, work: (db: DatabaseSync) => Result): Result | undefined {
  const path = alertsPath(root);
  if (!existsSync(path)) return undefined;
  const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
  try {
    // A file that is being made has no tables yet.
    if (Number(db.prepare("PRAGMA user_version").get()?.user_version) === 0) return undefined;
    return work(db);
  } finally {
    db.close();
  }
}

/** Of the run whose root it is. */
function switchedOn(root: string): readonly string[] {
  const channels = readRunTerms(runPlaces(root))?.config.alerts?.channels;
  return channels === undefined ? [] : channelIds.filter((id) => channels[id].enabled);
}

function channelLine(id: string, facts: readonly ChannelFacts[], nowMs: number): AlertChannelLine {
  const known = facts.find((one) => one.id === id);
  const lastDeliveredAt = known?.lastOkMs === undefined ? null : iso(known.lastOkMs);
  if (known === undefined) return { id, state: "off", text: "never tried", lastDeliveredAt };
  if (isWorking(known, nowMs))
    return { id, state: "ok", text: "the last message came through", lastDeliveredAt };
  const { failures, error } = known;
  if (failures > 0)
    return { id, state: "down", text: `${failures} attempts failed: ${error ?? "unknown"}`, lastDeliveredAt };
  return { id, state: "late", text: "nothing was delivered for days", lastDeliveredAt };
}

function lineOf(db: DatabaseSync, incident: Incident): AlertLine {
  const { id, level, source, cause, count, lastText, text, openedMs, state } = incident;
  return {
    id: String(id),
    at: iso(openedMs),
    ...{ level, source, cause, count, text: count === 1 ? text : lastText },
    runbook: runbookOf(cause),
    acknowledgedAt: incident.acknowledgedMs === undefined ? null : iso(incident.acknowledgedMs),
    acknowledgedBy: incident.acknowledgedBy ?? null,
    isOpen: state === "open",
    deliveries: deliveriesOf(db, id),
  };
}

function deliveriesOf(db: DatabaseSync, incident: number): readonly AlertDelivery[] {
  const rows = db
    .prepare(
      `SELECT d.* FROM deliveries d JOIN messages m ON m.id = d.message
       WHERE m.incident = ? AND d.state <> 'withdrawn' ORDER BY m.number`,
    )
    .all(incident);
  const last = new Map(rows.map((row) => [String(row.channel), row]));
  return [...last.values()].map((row) => ({
    channel: String(row.channel),
    state: row.state === "sending" ? "waiting" : (row.state as AlertDelivery["state"]),
    attempts: Number(row.attempts),
    at: row.settled_ms === null ? null : iso(Number(row.settled_ms)),
    error: row.error === null ? null : String(row.error),
  }));
}

const iso = (ms: number): string => new Date(ms).toISOString();
