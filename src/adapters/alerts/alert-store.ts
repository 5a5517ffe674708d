/**
 * alerts.db: incidents, alerts, messages, deliveries, what people did about them, and where each source was
 * read to. The monitor alone writes it while a system runs. What cannot be written waits here and goes down
 * with the next transaction: a full disk costs durability, which is said, and holds no alert back.
 *
 * AS-1  What belongs together goes down together: an alert and the position of its source, a message and
 *        its deliveries.
 * AS-2  What waits for the file is written in its order, and counts as there for who asks whether an alert
 *        is known.
 */

import { join } from "node:path";
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type {
  AlertLevel,
  AlertRecord,
  ChannelFacts,
  Delivery,
  DeliveryState,
  Incident,
  IncidentState,
  Letter,
  Message,
  MessageKind,
  RaisedAlert,
  RecordedAlerts,
  SourcePosition,
} from "../../domain/alert.ts";
import { InputError } from "../../domain/assert.ts";
import { openDatabase } from "../sqlite-file.ts";
import { alertMigrations } from "./alert-schema.ts";

export const alertsPath = (root: string): string => join(root, "db", "alerts.db");

/** Something a person did about alerts or errors; `told` when it stands in the audit of the run. */
export interface ActRow {
  readonly id: string;
  readonly atMs: number;
  readonly who: string;
  readonly action: "acknowledge-alert" | "resolve-error" | "test-alerts";
  readonly subject: string;
  readonly reason: string;
}

interface Write {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

/** Nobody else writes there for long; whoever waits here tells nobody anything meanwhile. */
const BUSY_MS = 500;
const WRITES_MAX = 20_000;
const KEPT_MS = 400 * 86_400_000;

export class AlertStore implements AlertRecord {
  readonly #db: DatabaseSync;
  readonly #failed: (reason: string) => void;
  readonly #prepared = new Map<string, StatementSync>();
  /** In order; empty while the file can be written. */
  #owed: Write[] = [];
  readonly #owedAlerts = new Set<string>();
  #depth = 0;
  #isFailing = false;

  /** Throws InputError (exit 1) when the file is of no use. `failed` is told once each time writing begins to fail. */
  constructor(path: string, failed: (reason: string) => void, busyMs = BUSY_MS) {
    this.#failed = failed;
    try {
      this.#db = openDatabase(path, { synchronous: "FULL", migrations: alertMigrations });
      this.#db.exec(`PRAGMA busy_timeout = ${busyMs}`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new InputError(`alerts: ${path} cannot be used (${why}); move it away to begin a new one`, 1);
    }
  }

  get owed(): number {
    return this.#owed.length;
  }

  transaction(work: () => void): void {
    this.#depth += 1;
    try {
      work();
    } finally {
      this.#depth -= 1;
      this.#flush();
    }
  }

  hasAlert(id: string): boolean {
    if (this.#owedAlerts.has(id)) return true;
    return this.#statement("SELECT 1 FROM alerts WHERE id = ?").get(id) !== undefined;
  }

  addAlert({ id, level, source, text, atMs, count = 1 }: RaisedAlert, incident: number): void {
    this.#owedAlerts.add(id);
    this.#write(
      "INSERT OR IGNORE INTO alerts VALUES (?, ?, ?, ?, ?, ?, ?)",
      id,
      incident,
      level,
      source,
      text,
      Math.round(atMs),
      count,
    );
  }

  putIncident(incident: Incident): void {
    const { id, level, cause, source, text, lastText, shapes, openedMs, lastMs, count, state } = incident;
    this.#write(
      `INSERT OR REPLACE INTO incidents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[id, level, cause, source, text, lastText, JSON.stringify(shapes)],
      ...[Math.round(openedMs), Math.round(lastMs), count, state],
      ...[whole(incident.acknowledgedMs), incident.acknowledgedBy ?? null, whole(incident.overMs)],
      ...[incident.messages, Math.round(incident.toldMs), incident.toldCount],
      incident.letter === undefined ? null : JSON.stringify(incident.letter),
    );
  }

  putMessage({ id, incident, number, kind, madeMs, deliveries }: Message): void {
    this.#write(
      "INSERT OR IGNORE INTO messages VALUES (?, ?, ?, ?, ?)",
      id,
      incident,
      number,
      kind,
      Math.round(madeMs),
    );
    for (const delivery of deliveries) this.putDelivery(id, delivery);
  }

  putDelivery(message: string, { channel, state, attempts, nextMs, settledMs, error }: Delivery): void {
    this.#write(
      "INSERT OR REPLACE INTO deliveries VALUES (?, ?, ?, ?, ?, ?, ?)",
      ...[message, channel, state, attempts, Math.round(nextMs), whole(settledMs), error ?? null],
    );
  }

  putChannel({ id, lastOkMs, lastFailedMs, failures, error }: ChannelFacts): void {
    this.#write(
      "INSERT OR REPLACE INTO channels VALUES (?, ?, ?, ?, ?)",
      ...[id, whole(lastOkMs), whole(lastFailedMs), failures, error ?? null],
    );
  }

  putPosition({ source, position }: SourcePosition): void {
    this.#write("INSERT OR REPLACE INTO positions VALUES (?, ?)", source, position);
  }

  /** Undefined before the first. */
  position(source: string): number | undefined {
    const row = this.#statement("SELECT position FROM positions WHERE source = ?").get(source);
    return row === undefined ? undefined : Number(row.position);
  }

  /** A second one with the same id is not written. */
  addAct({ id, atMs, who, action, subject, reason }: ActRow): void {
    this.#write(
      "INSERT OR IGNORE INTO acts VALUES (?, ?, ?, ?, ?, ?, NULL)",
      ...[id, Math.round(atMs), who, action, subject, reason],
    );
  }

  /** When a kind of act was done since then, oldest first, epoch milliseconds. */
  actsSince(action: ActRow["action"], sinceMs: number): readonly number[] {
    return this.#statement("SELECT at_ms FROM acts WHERE action = ? AND at_ms > ? ORDER BY at_ms")
      .all(action, Math.round(sinceMs))
      .map((row) => Number(row.at_ms));
  }

  /** What the audit of the run does not have yet, oldest first. */
  untoldActs(): readonly ActRow[] {
    const rows = this.#statement(
      "SELECT * FROM acts WHERE told_ms IS NULL ORDER BY at_ms, id LIMIT 100",
    ).all();
    return rows.map((row) => ({
      id: String(row.id),
      atMs: Number(row.at_ms),
      who: String(row.who),
      action: row.action as ActRow["action"],
      subject: String(row.subject),
      reason: String(row.reason),
    }));
  }

  toldAct(id: string, nowMs: number): void {
    this.#write("UPDATE acts SET told_ms = ? WHERE id = ?", Math.round(nowMs), id);
  }

  /** What a start goes on with; an incident that was over for longer than `reopenMs` comes only with its messages. */
  load(nowMs: number, reopenMs: number): RecordedAlerts {
    const messages = this.#messages();
    const incidents = this.#statement(
      `SELECT * FROM incidents WHERE state <> 'over'
         OR (over_ms >= ? AND messages > 0 AND cause <> 'test' AND letter IS NULL)
         OR id IN (SELECT m.incident FROM messages m JOIN deliveries d ON d.message = m.id
           WHERE d.state IN ('waiting', 'sending'))
       ORDER BY id`,
    ).all(Math.round(nowMs - reopenMs));
    return {
      incidents: incidents.map(incidentOf),
      messages,
      channels: this.#statement("SELECT * FROM channels").all().map(channelOf),
      lastIncident: this.#last("SELECT max(id) AS last FROM incidents"),
      lastMessage: this.#last("SELECT max(number) AS last FROM messages"),
    };
  }

  /** Alerts by level since that moment. */
  countsSince(ms: number): Readonly<Record<AlertLevel, number>> {
    const rows = this.#statement(
      "SELECT level, sum(count) AS n FROM alerts WHERE at_ms >= ? GROUP BY level",
    ).all(Math.round(ms));
    const counts = { critical: 0, warning: 0, info: 0 };
    for (const { level, n } of rows) counts[level as AlertLevel] = Number(n);
    return counts;
  }

  /** What is older than a year and a month goes, the incidents that are over with it. */
  prune(nowMs: number): void {
    const before = Math.round(nowMs - KEPT_MS);
    const old = "SELECT id FROM incidents WHERE state = 'over' AND last_ms < ?";
    this.transaction(() => {
      this.#write(
        `DELETE FROM deliveries WHERE message IN (SELECT id FROM messages WHERE incident IN (${old}))`,
        before,
      );
      this.#write(`DELETE FROM messages WHERE incident IN (${old})`, before);
      this.#write(`DELETE FROM alerts WHERE incident IN (${old})`, before);
      this.#write("DELETE FROM incidents WHERE state = 'over' AND last_ms < ?", before);
    });
  }

  /** May be called twice. */
  close(): void {
    if (!this.#db.isOpen) return;
    this.#flush();
    this.#db.close();
  }

  #messages(): Message[] {
    const rows = this.#statement(
      `SELECT m.*, d.* FROM messages m JOIN deliveries d ON d.message = m.id WHERE m.id IN (
         SELECT message FROM deliveries WHERE state IN ('waiting', 'sending'))
       ORDER BY m.number, d.channel`,
    ).all();
    const messages = new Map<string, Message>();
    for (const row of rows) {
      const id = String(row.id);
      const before = messages.get(id)?.deliveries ?? [];
      messages.set(id, {
        ...{ id, incident: Number(row.incident), number: Number(row.number) },
        ...{ kind: row.kind as MessageKind, madeMs: Number(row.made_ms) },
        deliveries: [...before, deliveryOf(row)],
      });
    }
    return [...messages.values()];
  }

  #last(sql: string): number {
    return Number(this.#statement(sql).get()?.last ?? 0);
  }

  #write(sql: string, ...values: readonly SQLInputValue[]): void {
    if (this.#owed.length < WRITES_MAX) this.#owed.push({ sql, values });
    if (this.#depth === 0) this.#flush();
  }

  #flush(): void {
    if (this.#depth > 0 || this.#owed.length === 0) return;
    try {
      this.#db.exec("BEGIN IMMEDIATE");
      for (const { sql, values } of this.#owed) this.#statement(sql).run(...values);
      this.#db.exec("COMMIT");
      this.#owed = [];
      this.#owedAlerts.clear();
      this.#isFailing = false;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      if (this.#isFailing) return;
      this.#isFailing = true;
      const why = error instanceof Error ? error.message : String(error);
      this.#failed(`alerts.db cannot be written (${why}): alerts leave, and a restart may tell some again`);
    }
  }

  #statement(sql: string): StatementSync {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    const made = this.#db.prepare(sql);
    this.#prepared.set(sql, made);
    return made;
  }
}

type Row = Readonly<Record<string, unknown>>;
const whole = (ms: number | undefined): number | null => (ms === undefined ? null : Math.round(ms));
const maybe = (value: unknown): number | undefined => (value === null ? undefined : Number(value));
const maybeText = (value: unknown): string | undefined => (value === null ? undefined : String(value));

export const incidentOf = (row: Row): Incident => ({
  id: Number(row.id),
  level: row.level as AlertLevel,
  cause: String(row.cause),
  source: String(row.source),
  text: String(row.text),
  lastText: String(row.last_text),
  shapes: JSON.parse(String(row.shapes)) as readonly string[],
  openedMs: Number(row.opened_ms),
  lastMs: Number(row.last_ms),
  count: Number(row.count),
  state: row.state as IncidentState,
  acknowledgedMs: maybe(row.acknowledged_ms),
  acknowledgedBy: maybeText(row.acknowledged_by),
  overMs: maybe(row.over_ms),
  messages: Number(row.messages),
  toldMs: Number(row.told_ms),
  toldCount: Number(row.told_count),
  // A file that the monitor of an older release wrote has no such column before the first start.
  letter: typeof row.letter === "string" ? (JSON.parse(row.letter) as Letter) : undefined,
});

export const channelOf = (row: Row): ChannelFacts => ({
  id: String(row.id),
  lastOkMs: maybe(row.last_ok_ms),
  lastFailedMs: maybe(row.last_failed_ms),
  failures: Number(row.failures),
  error: maybeText(row.error),
});

const deliveryOf = (row: Row): Delivery => ({
  channel: String(row.channel),
  state: row.state as DeliveryState,
  attempts: Number(row.attempts),
  nextMs: Number(row.next_ms),
  settledMs: maybe(row.settled_ms),
  error: maybeText(row.error),
});
