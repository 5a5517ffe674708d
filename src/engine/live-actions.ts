/**
 * What a corporate action means where orders rest at a broker (C-49): the engine's books are restated like in a
 * backtest; here what works and rests follows, a held symbol is locked until the broker's books agree, and what nobody
 * can restate by itself waits for an operator. Used by live execute alone.
 */
import { dividendOf, splitOf } from "../domain/corporate-action.ts";
import type { CorporateActionEvent, EngineEvent, InstrumentLocked } from "../domain/events.ts";
import type { InstrumentTable } from "../domain/instrument.ts";
import type { Instants, Lifecycle } from "../execution/lifecycle/words.ts";
import type { Alarm } from "../execution/reconciliation-facts.ts";
import type { BrokerDuty } from "./broker-duty.ts";
import type { EndedBySplit } from "./corporate-actions.ts";
import type { ExecuteStage } from "./execute.ts";
import type { ComputeFeedback } from "./stage-messages.ts";

export interface LiveActionParts {
  readonly stage: ExecuteStage;
  readonly lifecycle: Lifecycle;
  readonly instruments: InstrumentTable;
  readonly duty: Pick<BrokerDuty, "restated" | "barred">;
  readonly feedback: ComputeFeedback[];
  readonly alarms: Alarm[];
}

export const isAction = (event: EngineEvent): event is CorporateActionEvent =>
  event.kind === "SharesSplit" || event.kind === "DividendPaid";

export class LiveActions {
  readonly #parts: LiveActionParts;

  constructor(parts: LiveActionParts) {
    this.#parts = parts;
  }

  /** `restate`: hands it to the stage. Returns nothing: compute is told by the feedback. */
  told(event: CorporateActionEvent, restate: () => readonly EndedBySplit[], now: Instants): void {
    const { stage, lifecycle, instruments, duty, feedback } = this.#parts;
    const { instrument } = event;
    const symbol = instruments.symbols[instrument] ?? "";
    const before = stage.portfolio.shares(instrument);
    const ended = restate();
    feedback.push({ kind: "action", event, ended });
    if (event.kind === "DividendPaid") {
      lifecycle.restate?.(symbol, dividendOf(event.perShare), now);
      return;
    }
    lifecycle.restate?.(symbol, splitOf(event), now);
    const after = stage.portfolio.shares(instrument);
    if (before !== 0) duty.restated({ symbol, ratio: event, before, after }, now);
  }

  /** Somebody outside has locked it: only an operator unlocks it. */
  locked({ instrument, reason }: InstrumentLocked): void {
    const { instruments, duty, alarms } = this.#parts;
    const symbol = instruments.symbols[instrument] ?? "";
    duty.barred(symbol);
    alarms.push({ severity: "page", text: `${symbol}: ${reason}` });
  }
}
