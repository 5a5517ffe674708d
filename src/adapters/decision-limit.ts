/**
 * What a decision of a strategy that nobody here has read may take, in a run that trades: time by the clock of V8, for
 * nothing else ends a loop that never returns; and what ends the process is not asked a second time on the same bars.
 */
import { Script } from "node:vm";
import type { EpochMicros } from "../domain/time.ts";
import type { DecisionMark } from "./decision-mark.ts";

/** Share of the limit that is left to everybody, however long those before took. */
const LEAST = 0.1;

export class DecisionLimit {
  readonly #ms: number;
  readonly #mark: DecisionMark | undefined;
  #at: EpochMicros | undefined;
  /** Of the wall, for all that decide on the same bars. */
  #leftMs: number;

  /**
   * `ms`: of the wall, for one decision. All on the same bars have twice of it together, and each at most half of what
   * is left, at least a tenth of `ms`: many that hang must not look like a process that is dead. `mark`: where it is
   * written down who decides; absent: nowhere.
   */
  constructor(ms: number, mark?: DecisionMark) {
    this.#ms = ms;
    this.#leftMs = 2 * ms;
    this.#mark = mark;
  }

  /**
   * Throws what `decide` throws; RangeError when it takes too long, or has ended the process when it was asked on these
   * bars before.
   */
  run(id: string, decide: () => void, at: EpochMicros): void {
    this.#mark?.begin(id, at);
    if (at !== this.#at) this.#leftMs = 2 * this.#ms;
    this.#at = at;
    const beganMs = performance.now();
    try {
      within(Math.ceil(Math.max(LEAST * this.#ms, Math.min(this.#ms, this.#leftMs / 2))), decide);
    } finally {
      this.#leftMs -= performance.now() - beganMs;
      this.#mark?.end();
    }
  }
}

const NAME = Symbol.for("plimsoll.decide");
const script = new Script("globalThis[Symbol.for('plimsoll.decide')]()", { filename: "strategy" });

function within(limitMs: number, decide: () => void): void {
  (globalThis as Record<symbol, unknown>)[NAME] = decide;
  try {
    script.runInThisContext({ timeout: limitMs });
  } catch (error) {
    const isLate = (error as NodeJS.ErrnoException | undefined)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
    throw isLate ? new RangeError(`did not return within ${limitMs} ms`) : error;
  }
}
