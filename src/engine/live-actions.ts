/**
 * What a corporate action means where orders rest at a broker (C-49): the engine's books are restated like in a
 * backtest; here what works and rests follows, a held symbol is locked until the broker's books agree, and what nobody
 * can restate by itself waits for an operator. Used by live execute alone.
 */
import { dividendOf, splitOf } from "../domain/corporate-action.ts";
import type {
  BarsClosed,
  CorporateActionEvent,
  EngineEvent,
  InstrumentLocked,
  InstrumentUnlocked,
} from "../domain/events.ts";
import type { InstrumentId, InstrumentTable } from "../domain/instrument.ts";
import type { Instants, Lifecycle } from "../execution/lifecycle/words.ts";
import type { Alarm } from "../execution/reconciliation-facts.ts";
import { exDateOf } from "./applied-actions.ts";
import type { BrokerDuty } from "./broker-duty.ts";
import type { LiveDecisions } from "./live-decisions.ts";
import type { ComputeFeedback } from "./stage-messages.ts";

export interface LiveActionParts {
  readonly decisions: LiveDecisions;
  readonly lifecycle: Lifecycle;
  readonly instruments: InstrumentTable;
  readonly duty: Pick<BrokerDuty, "restated" | "barred" | "acknowledged" | "takeMoved" | "asTrade">;
  readonly feedback: ComputeFeedback[];
  readonly alarms: Alarm[];
  /** Part of the record: what nobody else could say again. */
  readonly brokerEvents: Exclude<EngineEvent, BarsClosed>[];
}

export const isAction = (event: EngineEvent): event is CorporateActionEvent =>
  event.kind === "SharesSplit" || event.kind === "DividendPaid";

export class LiveActions {
  readonly #parts: LiveActionParts;
  /** Second splits that the broker's books seem to show: told once, and the operator's to judge. */
  readonly #refused = new Set<string>();

  constructor(parts: LiveActionParts) {
    this.#parts = parts;
  }

  /** Restates the books and what rests; compute is told by the feedback. A split told twice locks its symbol. */
  told(event: CorporateActionEvent, now: Instants): void {
    const { decisions, lifecycle, duty } = this.#parts;
    const { instrument } = event;
    const symbol = this.#symbolOf(event);
    if (event.kind === "DividendPaid") {
      this.#restate(event);
      lifecycle.restate?.(symbol, dividendOf(event.perShare), now);
      return;
    }
    if (!decisions.takes(event)) {
      const said = `a split ${event.newShares} for ${event.oldShares} is told, and its shares were split a moment ago`;
      this.#page(
        `${symbol}: ${said}: nothing is restated; compare with the broker, then: plimsoll acknowledge ${symbol}`,
      );
      duty.barred(symbol, now, said);
      return;
    }
    const before = decisions.stage.portfolio.shares(instrument);
    this.#restate(event);
    const after = decisions.stage.portfolio.shares(instrument);
    lifecycle.restate?.(symbol, splitOf(event), now, before === 0 ? "now" : "later");
    if (before !== 0) duty.restated({ symbol, ratio: event, exDate: exDateOf(event), before, after }, now);
  }

  /** True for a split that the broker's books show and nobody announced: as told, and recorded where it is taken. */
  isFound(event: EngineEvent, now: Instants): boolean {
    if (event.kind !== "SharesSplit") return false;
    const symbol = this.#symbolOf(event);
    if (this.#parts.decisions.takes(event)) this.#parts.brokerEvents.push(event);
    else if (this.#refused.has(symbol)) return true;
    else this.#refused.add(symbol);
    this.told(event, now);
    return true;
  }

  /** After the broker's books were compared: what rests in old shares follows those that it has split. */
  compared(now: Instants): void {
    const { duty, lifecycle } = this.#parts;
    for (const symbol of duty.takeMoved()) lifecycle.follow?.(symbol, now);
  }

  /** Somebody outside has locked it: only an operator unlocks it. */
  locked(event: InstrumentLocked, now: Instants): void {
    const symbol = this.#symbolOf(event);
    this.#parts.duty.barred(symbol, now);
    this.#page(`${symbol}: ${event.reason}`);
  }

  /** An operator has looked. A split that the broker never made is taken back, and what rested for it stays. */
  unlocked({ at, instrument }: InstrumentUnlocked, now: Instants): void {
    const { duty, lifecycle, brokerEvents } = this.#parts;
    const symbol = this.#symbolOf({ instrument });
    const unsplit = duty.acknowledged(symbol);
    // The broker's count is right (I-24), whatever it came of.
    if (this.#refused.delete(symbol)) duty.asTrade(symbol);
    if (unsplit === undefined) {
      lifecycle.follow?.(symbol, now);
      return;
    }
    const { exDate } = unsplit;
    const { newShares: oldShares, oldShares: newShares } = unsplit.ratio;
    const back = { kind: "SharesSplit", at, instrument, newShares, oldShares, exDate } as const;
    brokerEvents.push(back);
    this.#restate(back);
    lifecycle.restate?.(symbol, splitOf(back), now, "back");
    this.#parts.decisions.unsplit(instrument);
  }

  #restate(event: CorporateActionEvent): void {
    const ended = this.#parts.decisions.told(event);
    this.#parts.feedback.push({ kind: "action", event, ended });
  }

  #symbolOf({ instrument }: { readonly instrument: InstrumentId }): string {
    return this.#parts.instruments.symbols[instrument] ?? "";
  }

  #page(text: string): void {
    this.#parts.alarms.push({ severity: "page", text });
  }
}
