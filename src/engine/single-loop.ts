/** The one-loop wiring: compute and execute in one process, events as function calls (ARCHITECTURE 1). */
import type { EngineEvent } from "../domain/events.ts";
import { ComputeStage, type ComputeConfig } from "./compute.ts";
import { type ExecuteConfig, ExecuteStage } from "./execute.ts";
import type { Command } from "./ports.ts";
import type { Engine } from "./pump.ts";

/** Called after each batch has been decided on, with the account as it stands. */
export type BatchObserver = (execute: ExecuteStage) => void;

export class SingleLoop implements Engine {
  readonly compute: ComputeStage;
  readonly execute: ExecuteStage;
  readonly #observe: BatchObserver | undefined;

  constructor(compute: ComputeConfig, execute: ExecuteConfig, observe?: BatchObserver) {
    this.compute = new ComputeStage(compute);
    this.execute = new ExecuteStage(execute, (strategy, instrument, signedShares, price) =>
      this.compute.filled(strategy, instrument, signedShares, price),
    );
    this.#observe = observe;
  }

  get commands(): Command[] {
    return this.execute.commands;
  }

  step(event: EngineEvent): void {
    if (event.kind === "BarsClosed") {
      this.execute.bars(event.bars);
      this.compute.bars(event.bars, this.execute);
      if (this.compute.intents.length > 0) this.execute.decide(this.compute.intents);
      this.#observe?.(this.execute);
    } else if (event.kind === "OperatorActed") this.execute.operator(event);
    else this.execute.broker(event);
  }
}
