/**
 * The ingest stage as a process of its own: bar records and time in, closed minutes out. A function of its inputs in
 * their order, so that its journal replays to the same minutes (LEDGER-2). Quotes and trades go beside it
 * (`tick-ingest.ts`): they wait for nobody, and their consumers journal what they act on.
 */
import type {
  BarsClosed,
  CorporateActionEvent,
  InstrumentLocked,
  TradingStatusEvent,
} from "../domain/events.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { AuditEntry, RawBar } from "../market/gatekeeper.ts";
import { type IngestConfig, IngestStage } from "./ingest.ts";

export type IngestInput = { readonly at: EpochMicros } & (
  | { readonly kind: "bar"; readonly bar: RawBar }
  /** The minute that ends then is awaited. */
  | { readonly kind: "minute"; readonly end: EpochMicros }
  /** What an announced action means, under the source's name for it: told in one row with the minutes. */
  | { readonly kind: "action"; readonly id: string; readonly said: string; readonly event: ActionEvent }
  /** Halts and resumptions are told at once, in one row with the minutes. */
  | { readonly kind: "status"; readonly event: TradingStatusEvent }
  | { readonly kind: "time" }
);

type ActionEvent = CorporateActionEvent | InstrumentLocked;
/** What the others hear of: minutes, halts, and what changes a share overnight. */
export type MarketNews = BarsClosed | TradingStatusEvent | ActionEvent;

export class LiveIngest {
  readonly #stage: IngestStage;
  /** Told of each minute as it closes, the event is reused by the next one; of each halt and of each action. */
  readonly #tell: (event: MarketNews) => void;

  constructor(config: IngestConfig, tell: (event: MarketNews) => void) {
    this.#stage = new IngestStage(config);
    this.#tell = tell;
  }

  get audit(): AuditEntry[] {
    return this.#stage.audit;
  }

  get late(): number {
    return this.#stage.late;
  }

  get rejected(): number {
    return this.#stage.rejected;
  }

  step(input: IngestInput): void {
    if (input.kind === "bar") this.#stage.record(input.bar, input.at);
    else if (input.kind === "minute") this.#stage.expect(input.end);
    else if (input.kind === "action") {
      if (input.event.kind !== "InstrumentLocked") this.#stage.action(input.event);
      this.#tell(input.event);
    } else if (input.kind === "status") this.#tell(input.event);
    for (;;) {
      const closed = this.#stage.due(input.at);
      if (closed === undefined) return;
      this.#tell(closed);
    }
  }
}
