/**
 * The records that must hold, one line each for the health page: what a task proved last, what execute found when it
 * compared books, and what came of the last test of the channels. Read where each is kept; nothing is judged anew.
 */
import { keptRecord } from "../../app/live/kept-records.ts";
import type { StatusValue } from "../../app/live/status-answer.ts";
import { lastChannelTest } from "../../app/monitor/alert-reads.ts";
import type { EngineMetrics } from "../../ops/metrics/engine-metrics.ts";
import type { HealthAnswer } from "../contract/running-answers.ts";

type Line = HealthAnswer["records"][number];

/** Orders are compared every ten seconds (C-47); what is older than a dozen of those is late. Seconds of the wall. */
const COMPARED_WITHIN_SECONDS = 120;
const NONE = "none yet in this run";
const UNREADABLE = "cannot be read";

/** What execute answers to two questions; undefined where it does not. */
export interface EngineWords {
  readonly metrics: EngineMetrics | undefined;
  readonly status: StatusValue | undefined;
}

export const recordLines = (root: string, words: EngineWords): readonly Line[] => [
  chainLine(root),
  reconciliationLine(words),
  backupLine(root),
  drillLine(root),
  alertTestLine(root),
];

/** Reckoned by the report of a day over whole sessions; nothing of it is known in between. */
export function ableLine(root: string, goal: number): HealthAnswer["able"] {
  const record = keptRecord(root, "able");
  if (record === undefined) return { fraction: null, goal, sessions: 0, lostMinutes: null };
  const { sessions, lostMinutes } = record;
  const fraction = typeof record.fraction === "number" ? record.fraction : null;
  return { fraction, goal, sessions, lostMinutes: sessions === 0 ? null : lostMinutes };
}

function chainLine(root: string): Line {
  const named = { id: "verify", label: "Hash chain" };
  const proof = keptRecord(root, "verify");
  if (proof === undefined) return { ...named, state: "off", text: NONE };
  const { at, ok, entries, auditRows, brokenAt } = proof;
  return ok
    ? { ...named, state: "ok", text: `${instant(at)}: ${entries} entries and ${auditRows} acts as written` }
    : { ...named, state: "down", text: `${instant(at)}: broken at ${brokenAt}` };
}

function reconciliationLine({ metrics, status }: EngineWords): Line {
  const named = { id: "reconciliation", label: "Reconciliation" };
  if (status === undefined) return { ...named, state: "off", text: "execute does not answer" };
  const { lastReconciliation: at, booksDiffer } = status;
  if (at === null) return { ...named, state: "off", text: booksDiffer ?? "not compared yet" };
  if (booksDiffer !== null) return { ...named, state: "late", text: `${instant(at)}: ${booksDiffer}` };
  const isOld = (metrics?.reconcileAgeSeconds ?? 0) > COMPARED_WITHIN_SECONDS;
  return { ...named, state: isOld ? "late" : "ok", text: `${instant(at)}: our books are the broker's` };
}

function backupLine(root: string): Line {
  const named = { id: "backup", label: "Backup" };
  const record = keptRecord(root, "backup");
  if (record === undefined) return { ...named, state: "off", text: NONE };
  const { at, ok, why, lastOkAt } = record;
  if (ok) return { ...named, state: "ok", text: instant(at) };
  const before = typeof lastOkAt === "string" ? `; the last good one ${instant(lastOkAt)}` : "";
  return { ...named, state: "down", text: `failed, ${instant(at)}${why ? `: ${why}` : ""}${before}` };
}

function drillLine(root: string): Line {
  const named = { id: "drill", label: "Restore drill" };
  const record = keptRecord(root, "drill");
  if (record === undefined) return { ...named, state: "off", text: NONE };
  const { at, ok, why } = record;
  return ok
    ? { ...named, state: "ok", text: instant(at) }
    : { ...named, state: "down", text: `failed, ${instant(at)}${why ? `: ${why}` : ""}` };
}

function alertTestLine(root: string): Line {
  const named = { id: "alert-test", label: "Alert test" };
  try {
    const test = lastChannelTest(root);
    if (test === undefined || test.deliveries.length === 0)
      return { ...named, state: "off", text: "no channel was tested yet" };
    const of = (state: string) => test.deliveries.filter((one) => one.state === state);
    const failing = test.deliveries.filter(({ state, error }) => state !== "delivered" && error !== null);
    const channels = (list: typeof failing) => list.map(({ channel }) => channel).join(", ");
    const at = instant(test.at);
    if (failing.length > 0) return { ...named, state: "down", text: `${at}: ${channels(failing)} failing` };
    if (of("waiting").length > 0)
      return { ...named, state: "late", text: `${at}: ${channels(of("waiting"))} not answered yet` };
    return { ...named, state: "ok", text: `${at}: ${channels(of("delivered"))}` };
  } catch {
    return { ...named, state: "down", text: `db/alerts.db ${UNREADABLE}` };
  }
}

/** To the minute. */
const instant = (iso: string): string => `${iso.slice(0, 16).replace("T", " ")} UTC`;
