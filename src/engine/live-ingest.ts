/**
 * The ingest stage as a process of its own: bar records and time in, closed minutes out. A function of its inputs in
 * their order, so that its journal replays to the same minutes (LEDGER-2). Quotes and trades go beside it
 * (`tick-ingest.ts`): they wait for nobody, and their consumers journal what they act on.
 */
import type { BarsClosed, CorporateActionEvent, TradingStatusEvent } from "../domain/events.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { AuditEntry, RawBar } from "../market/gatekeeper.ts";
import { type IngestConfig, IngestStage } from "./ingest.ts";

export type IngestInput = { readonly at: EpochMicros } & (
  | { readonly kind: "bar"; readonly bar: RawBar }
  /** The minute that ends then is awaited. */
  | { readonly kind: "minute"; readonly end: EpochMicros }
  | { readonly kind: "action"; readonly event: CorporateActionEvent }
  /** Halts and resumptions are told at once, in one row with the minutes. */
  | { readonly kind: "status"; readonly event: TradingStatusEvent }
  | { readonly kind: "time" }
);

export class LiveIngest {
  readonly #stage: IngestStage;
  /** Told of each minute as it closes, the event is reused by the next one; and of each halt. */
  readonly #tell: (event: BarsClosed | TradingStatusEvent) => void;

  constructor(config: IngestConfig, tell: (event: BarsClosed | TradingStatusEvent) => void) {
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
    else if (input.kind === "action") this.#stage.action(input.event);
    else if (input.kind === "status") this.#tell(input.event);
    for (;;) {
      const closed = this.#stage.due(input.at);
      if (closed === undefined) return;
      this.#tell(closed);
    }
  }
}
