/** Asks execute for its figures every five seconds and keeps the last answer: who shows them never waits for it. */
import { InputError } from "../../domain/assert.ts";
import type { EngineMetrics } from "../../ops/metrics/engine-metrics.ts";
import { ControlClient } from "../live/control-client.ts";
import type { StageContext } from "../live/stage-context.ts";

const ASK_EVERY_MS = 5_000;
const ANSWER_WITHIN_MS = 4_000;
/** Two answers did not come. */
const SILENT_AFTER_MS = 15_000;

export class EngineWatch {
  readonly #context: StageContext;
  readonly #control: ControlClient;
  readonly #timer: NodeJS.Timeout;
  #told: EngineMetrics | undefined;
  #heardMs = Number.NaN;
  #isAsking = false;

  constructor(context: StageContext) {
    this.#context = context;
    this.#control = new ControlClient(context.places.root, context.terms);
    this.#timer = setInterval(() => void this.ask(), ASK_EVERY_MS);
  }

  /** The last that it told; undefined before the first. */
  get told(): EngineMetrics | undefined {
    return this.#told;
  }

  /** Seconds since then; NaN before the first. */
  get ageSeconds(): number {
    return (this.#context.clock.now() - this.#heardMs) / 1000;
  }

  get isUp(): boolean {
    return this.ageSeconds * 1000 <= SILENT_AFTER_MS;
  }

  get control(): ControlClient {
    return this.#control;
  }

  /** Resolves when it answered, or did not. */
  async ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const answer = await this.#control.ask({ verb: "metrics" }, ANSWER_WITHIN_MS);
      if (answer.kind !== "told") return;
      this.#told = answer.value as EngineMetrics;
      this.#heardMs = this.#context.clock.now();
    } catch (error) {
      // It may be starting again: the age of what is known says so.
      if (!(error instanceof InputError)) throw error;
    } finally {
      this.#isAsking = false;
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#control.close();
  }
}
