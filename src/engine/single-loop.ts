/** The one-loop wiring: compute and execute in one process, events as function calls (ARCHITECTURE 1). */
import type { BarBatch } from "../domain/bars.ts";
import type { EngineEvent } from "../domain/events.ts";
import { ComputeStage } from "./compute.ts";
import type { ComputeConfig } from "./compute-config.ts";
import { ExecuteStage } from "./execute.ts";
import type { ExecuteConfig } from "./execute-config.ts";
import type { Command } from "./ports.ts";
import type { Engine } from "./pump.ts";
import { tellExecute } from "./tell-execute.ts";

/** Told after each batch has been decided on, with the account as it stands. */
export interface BatchObserver {
  record(execute: ExecuteStage): void;
}

export class SingleLoop implements Engine {
  readonly compute: ComputeStage;
  readonly execute: ExecuteStage;
  readonly #observer: BatchObserver | undefined;

  constructor(compute: ComputeConfig, execute: ExecuteConfig, observer?: BatchObserver) {
    this.compute = new ComputeStage(compute);
    this.execute = new ExecuteStage(execute, (fill) => this.compute.filled(fill));
    this.#observer = observer;
  }

  get commands(): Command[] {
    return this.execute.commands;
  }

  /** History: everything sees the bars, nobody decides. Comes before the first event. */
  warm(batch: BarBatch): void {
    this.execute.bars(batch);
    this.compute.warm(batch);
  }

  step(event: EngineEvent): void {
    if (event.kind === "BarsClosed") {
      this.execute.bars(event.bars);
      this.compute.bars(event.bars, this.execute);
      if (this.compute.intents.length > 0) this.execute.decide(this.compute.intents);
      this.#observer?.record(this.execute);
    } else if (event.kind === "QuoteUpdated") {
      this.execute.quote(event);
      this.compute.quote(event);
    } else if (event.kind === "TradePrinted") {
      this.execute.trade(event);
      this.compute.trade(event);
    } else if (event.kind === "SharesSplit" || event.kind === "DividendPaid") {
      this.compute.action(event, this.execute.action(event));
    } else {
      if (event.kind === "ReferenceTold") this.compute.told(event);
      tellExecute(this.execute, event);
    }
  }
}
