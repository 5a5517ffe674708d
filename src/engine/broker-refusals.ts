/**
 * What the broker refuses to us as a whole, not to one order: our key, and trading by the account (C-64). Rules of
 * margin and of day trading change by decree and from broker to broker, so none is written down here: the broker's own
 * word is obeyed. Used by live execute alone.
 *
 * BO-1  From a refusal for margin, for day trading or for the account on, whatever order it was for, nobody enters
 *       until the session is over; the next one bars again. It is a claim like any other, so no exit is held back
 *       (I-10).
 * BO-2  A closing order that is refused so wakes somebody, once per instrument and session. The position goes on
 *       leaving: as a breached stop does, at its rate, until it is flat.
 */
import type { BrokerNews } from "../domain/broker.ts";
import type { ClaimChanged } from "../domain/events.ts";
import type { InstrumentId, InstrumentTable } from "../domain/instrument.ts";
import { Purpose } from "../domain/order.ts";
import { type SessionTable, sessionIndexAt } from "../domain/session.ts";
import { type EpochMicros, MICROS_PER_DAY } from "../domain/time.ts";
import { type Instants, type LifecycleNote, wasRefusedByAccount } from "../execution/lifecycle/words.ts";
import type { Alarm } from "../execution/reconciliation-facts.ts";
import type { ExecuteStage } from "./execute.ts";
import { KeyRefusal, keyClaim, keyClaimHolder, keyText } from "./key-refusal.ts";

const HOLDER = ["circuit_breakers", "broker_account"] as const;

export interface RefusalParts {
  readonly stage: ExecuteStage;
  readonly instruments: InstrumentTable;
  readonly sessions: SessionTable;
  readonly alarms: Alarm[];
  /** To the stage, and into the record. */
  change(changed: Omit<ClaimChanged, "kind" | "at">, now: Instants): void;
}

export class BrokerRefusals {
  readonly #parts: RefusalParts;
  readonly #key = new KeyRefusal();
  /** Instruments whose closing was refused, and up to when somebody has been told. */
  readonly #told = new Map<InstrumentId, EpochMicros>();

  constructor(parts: RefusalParts) {
    this.#parts = parts;
  }

  /** What the broker said when it refused our key; undefined while it serves us. */
  get keyReason(): string | undefined {
    return this.#key.reason;
  }

  /** Before anybody else hears the news. */
  heard(news: BrokerNews, now: Instants): void {
    if (this.#key.heard(news)) this.#keyRefused(now);
    if (news.kind === "look" && !news.look.account.mayTrade)
      this.#bar("the account may trade nothing: blocked, suspended or closing only", now);
  }

  /** What the life cycle has made of the news. */
  noted(notes: readonly LifecycleNote[], now: Instants): void {
    for (const { kind, cause, reason, number } of notes) {
      if (kind !== "transition" || cause !== "reply" || !wasRefusedByAccount(reason)) continue;
      this.#bar(reason, now);
      const { orders } = this.#parts.stage;
      if (orders.purpose(number) !== Purpose.Entry) this.#exitRefused(orders.instrument(number), reason, now);
    }
  }

  /** Told once, and again when an operator resumed and it still is so. */
  #keyRefused(now: Instants): void {
    const { stage, alarms, change } = this.#parts;
    const { reason = "" } = this.#key;
    if (stage.authorities.find(...keyClaimHolder) !== undefined) return;
    change(keyClaim(reason), now);
    alarms.push({ severity: "page", text: keyText(reason) });
  }

  #bar(reason: string, now: Instants): void {
    const { stage, alarms, change } = this.#parts;
    const until = this.#sessionEnd(now.at);
    const held = stage.authorities.find(...HOLDER);
    if (held?.until !== undefined && held.until >= until) return;
    const [authority, source] = HOLDER;
    const said = `the broker restricts account trading: ${reason}`;
    const claim = {
      authority,
      source,
      level: "NO_NEW_ENTRIES",
      scalar: 1,
      until,
      liftedBy: "itself",
    } as const;
    change({ claim: { ...claim, reason: said } }, now);
    alarms.push({ severity: "flag", text: `${said}; nothing is entered until the close, exits go on` });
  }

  #exitRefused(instrument: InstrumentId, reason: string, now: Instants): void {
    if (now.at < (this.#told.get(instrument) ?? Number.NEGATIVE_INFINITY)) return;
    this.#told.set(instrument, this.#sessionEnd(now.at));
    const symbol = this.#parts.instruments.symbols[instrument] ?? "";
    const text =
      `the broker restricts account trading: it refuses an order that closes ${symbol} (${reason}); it is tried ` +
      "again until it is taken; ask the broker";
    this.#parts.alarms.push({ severity: "page", text });
  }

  /** Close of the session that the instant belongs to: what is said over night is said of the next one. */
  #sessionEnd(at: EpochMicros): EpochMicros {
    const { sessions } = this.#parts;
    return (sessions.close[sessionIndexAt(sessions, at)] ?? at + MICROS_PER_DAY) as EpochMicros;
  }
}
