/**
 * How the messages to people stand, read from the outboxes: alerts.db where alerts leave from, else what execute has
 * written and nobody has taken.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { MetricSources } from "../../ops/metrics/samples.ts";

const BUSY_MS = 500;

type AlertFigures = Pick<MetricSources, "alerts" | "oldestAlertSeconds">;
const unknown: AlertFigures = { alerts: [], oldestAlertSeconds: Number.NaN };

export function alertFiguresOf(root: string, now: number): AlertFigures {
  const path = join(root, "db", "alerts.db");
  return read(path, (db) => ({
    alerts: db
      .prepare(
        `SELECT i.level AS severity, d.channel, replace(d.state, 'sending', 'waiting') AS result, count(*) AS n
         FROM deliveries d JOIN messages m ON m.id = d.message JOIN incidents i ON i.id = m.incident
         WHERE d.state <> 'withdrawn' GROUP BY 1, 2, 3`,
      )
      .all()
      .map(({ severity, channel, result, n }) => ({
        ...{ severity: String(severity), channel: String(channel), result: String(result), count: Number(n) },
      })),
    oldestAlertSeconds: secondsSince(
      db
        .prepare(
          `SELECT min(m.made_ms) AS ms FROM deliveries d JOIN messages m ON m.id = d.message
           JOIN incidents i ON i.id = m.incident
           WHERE i.level = 'critical' AND d.state IN ('waiting', 'sending')`,
        )
        .get()?.ms,
      now,
    ),
  }));
}

/** 0 where none waits. */
const secondsSince = (ms: unknown, now: number): number =>
  ms === null || ms === undefined ? 0 : Math.max(0, now - Number(ms)) / 1000;

function read(path: string, ask: (db: DatabaseSync) => AlertFigures): AlertFigures {
  if (!existsSync(path)) return unknown;
  try {
    const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
    try {
      return ask(db);
    } finally {
      db.close();
    }
  } catch {
    return unknown;
  }
}
