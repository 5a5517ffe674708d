/**
 * The alerts of a running system (OPS-4): follows the sources, keeps incidents and deliveries in alerts.db,
 * sends, hears what people ask, tells execute whether a channel works, and tests the channels before each
 * open. Everything it is made of is given, so that tests bind channels, clocks and doors of their own.
 */
import type { AlertStore } from "../../adapters/alerts/alert-store.ts";
import type { AlertLevel, Letter, RaisedAlert } from "../../domain/alert.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { AlertDesk, TEST } from "../../ops/alerts/alert-desk.ts";
import { Courier, type Sender } from "../../ops/alerts/courier.ts";
import { type AlertParams, alertPolicy, needsChannel } from "../alert-params.ts";
import type { StageLog } from "../live/stage-log.ts";
import type { AlertSource } from "./alert-sources.ts";
import { preOpenTest } from "./pre-open-test.ts";

export interface AlertWatchTerms {
  readonly mode: "demo" | "paper" | "live";
  readonly run: string;
  readonly params: AlertParams;
  readonly store: AlertStore;
  /** By the id of the channel, in the order in which one stands in for another. */
  readonly senders: ReadonlyMap<string, Sender>;
  readonly sources: readonly AlertSource[];
  /** The machine's milliseconds since 1970, never falling. */
  readonly now: () => number;
  readonly exchangeNow: () => EpochMicros;
  readonly log: StageLog;
  /** Names what this process raises itself: another one at each start. */
  readonly boot: string;
}

/** What is older when the first monitor of a root begins is history. */
const HISTORY_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** A life that is no crash on the way to the next: what was due has left by then. */
const LIFE_MS = 30_000;

export class AlertWatch {
  readonly #terms: AlertWatchTerms;
  readonly desk: AlertDesk;
  readonly #courier: Courier;
  readonly #positions = new Map<string, number>();
  readonly #failing = new Set<string>();
  readonly #startedMs: number;
  #raised = 0;
  #isDownTold = false;
  #isNobodyTold = false;

  constructor(terms: AlertWatchTerms) {
    this.#terms = terms;
    const { params, store, senders, mode, run, now } = terms;
    this.#startedMs = now();
    const policy = alertPolicy(params, [...senders.keys()]);
    const known = store.load(this.#startedMs, policy.reopenMs);
    this.desk = new AlertDesk(`${run}-${mode}`, policy, store, known, this.#startedMs);
    this.#courier = new Courier({ desk: this.desk, senders, facts: { mode, run }, now });
    store.prune(this.#startedMs);
  }

  /** A channel of which nobody knows that it works is tested at once, but in a demo. */
  begin(): void {
    const { mode, now } = this.#terms;
    const unproven = this.desk.channels.unproven(now());
    if (mode !== "demo" && unproven.length > 0) this.test(`start-${this.#terms.boot}`, unproven, "a start");
    this.#courier.work();
  }

  /** The port for other parts of the monitor. Alerts of one cause are one incident until it is cleared or quiet. */
  raise(level: AlertLevel, cause: string, text: string): void {
    const { boot, now } = this.#terms;
    this.#raised += 1;
    const id = `monitor-${boot}-${this.#raised}`;
    this.desk.raise([{ id, level, cause, source: "monitor", text, atMs: now() }], now());
    this.#courier.work();
  }

  clear(cause: string): void {
    this.desk.clear(cause, this.#terms.now());
  }

  /** `name` once; on all channels, or on some. */
  test(name: string, channels: readonly string[], why: string): void {
    const { now, store } = this.#terms;
    const counts = store.countsSince(now() - DAY_MS);
    const text = `test of the channels: ${why}; in the last 24 h ${digest(counts)}`;
    const alert = {
      id: `test-${name}`,
      level: "info",
      cause: TEST,
      source: "monitor",
      text,
      atMs: now(),
    } as const;
    this.desk.test(alert, channels, now());
    this.#courier.work();
  }

  /** Words of their own, once for each id: the digest of a day. */
  letter(id: string, source: string, letter: Letter): void {
    const { now, log } = this.#terms;
    const alert = { id, level: "info", cause: "digest", source, text: letter.subject, atMs: now() } as const;
    const channels = this.desk.letter(alert, letter, now());
    if (channels.length === 0 && !this.#isNobodyTold)
      log(
        "debug",
        `${id}: no channel takes digests (alerts.routes.digest); it is with the day's report alone`,
      );
    this.#isNobodyTold ||= channels.length === 0;
    this.#courier.work();
  }

  /** To be called every 250 ms. */
  tick(): void {
    for (const source of this.#terms.sources) this.#follow(source);
    this.desk.tick(this.#terms.now());
    this.#preOpen();
    this.#channels();
    this.#courier.work();
  }

  /** Whether entries have somebody to be told of (C-60): none worked for as long as the settings say means no. */
  get isReachable(): boolean {
    const { params, now } = this.#terms;
    return this.desk.channels.noneForMs(now()) < params.channelMinutes * 60_000;
  }

  /** Resolves when nothing is on its way. */
  idle(): Promise<void> {
    return this.#courier.idle();
  }

  /**
   * What execute is told (C-60): whether a channel works now; how long none may is its own business. A monitor that has
   * only just begun says no, whatever it read: one that ends again and again tells nobody anything.
   */
  get hasWorkingChannel(): boolean {
    const nowMs = this.#terms.now();
    return nowMs - this.#startedMs >= LIFE_MS && this.desk.channels.working(nowMs).length > 0;
  }

  async stop(withinMs: number): Promise<void> {
    await this.#courier.stop(withinMs);
    for (const source of this.#terms.sources) source.close();
    this.#terms.store.close();
  }

  #follow(source: AlertSource): void {
    const { store, now, log } = this.#terms;
    const { id } = source;
    const kept = this.#positions.get(id) ?? store.position(id);
    const from = kept ?? 0;
    try {
      const { alerts, position } = source.read(from);
      this.#failing.delete(id);
      if (kept !== undefined && position === from && alerts.length === 0) return;
      this.#positions.set(id, position);
      const place = { source: id, position };
      // The first monitor of an old root must not call people about last week.
      const isOld = ({ atMs }: RaisedAlert) => kept === undefined && this.#startedMs - atMs > HISTORY_MS;
      const old = alerts.filter(isOld);
      if (old.length > 0) this.desk.note(old, now());
      this.desk.raise(
        alerts.filter((alert) => !isOld(alert)),
        now(),
        place,
      );
    } catch (error) {
      if (this.#failing.has(id)) return;
      this.#failing.add(id);
      const why = error instanceof Error ? error.message : String(error);
      log("error", `alerts of ${id} cannot be read: ${why}; tried again`);
    }
  }

  #preOpen(): void {
    const { mode, params, exchangeNow, senders } = this.#terms;
    if (mode === "demo" || senders.size === 0) return;
    const session = preOpenTest(exchangeNow(), params.testMinutesBeforeOpen);
    if (session === undefined || this.#terms.store.hasAlert(`test-${session}`)) return;
    this.test(session, [...senders.keys()], `before the open of ${session}`);
  }

  #channels(): void {
    const { mode, params, senders } = this.#terms;
    const isDown = !this.isReachable && (senders.size > 0 || needsChannel(mode, params));
    if (isDown === this.#isDownTold) return;
    this.#isDownTold = isDown;
    if (!isDown) {
      this.clear("channels-down");
      return;
    }
    const bars = needsChannel(mode, params);
    const names = [...senders.keys()].join(", ") || "none is set up";
    const text = `no channel for alerts has worked for ${params.channelMinutes} min (${names})`;
    const then = bars ? "entries are barred until one does" : "entries go on in this mode";
    this.raise(bars ? "critical" : "warning", "channels-down", `${text}: ${then}`);
  }
}

const digest = ({ critical, warning, info }: Readonly<Record<AlertLevel, number>>): string =>
  `${critical} critical alerts, ${warning} warnings, ${info} others`;
