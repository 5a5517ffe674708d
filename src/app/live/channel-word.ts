/**
 * Entries need somebody who hears of trouble (C-60): where the mode asks for it, none is made once the
 * monitor has not said for five minutes that a channel works, whether it said no or nothing. Execute goes
 * by a clock of its own, so that a monitor that died counts as silence. What is held is minded all the
 * same.
 */
import type { ExecuteInput } from "../../engine/live-execute.ts";
import type { ClaimWord } from "./watch-duty.ts";

const HOLDER = { authority: "orchestrator", source: "alerts" } as const;

export interface ChannelWordTerms {
  /** False: nothing is ever barred. */
  readonly isNeeded: boolean;
  readonly patienceMs: number;
}

export class ChannelWord {
  readonly #terms: ChannelWordTerms;
  /** When a channel was last said to work, or when this process began to look; monotonic milliseconds. */
  #goodMs: number | undefined;
  #isHeld = false;
  /** Since this process began: what an earlier one barred is not lifted by silence. */
  #hasHeard = false;

  constructor(terms: ChannelWordTerms) {
    this.#terms = terms;
  }

  /** Every input that the stage consumed, replayed ones too. */
  saw(input: ExecuteInput): void {
    if (input.kind !== "event" || input.event.kind !== "ClaimChanged") return;
    const { claim, lifted } = input.event;
    if (claim?.source === HOLDER.source) this.#isHeld = true;
    if (lifted?.source === HOLDER.source) this.#isHeld = false;
  }

  heard(working: boolean, mono: number): void {
    if (!working) return;
    this.#goodMs = mono;
    this.#hasHeard = true;
  }

  /** The claim to be raised or lifted; undefined while nothing has changed. */
  look(mono: number): ClaimWord | undefined {
    if (!this.#terms.isNeeded) return undefined;
    this.#goodMs ??= mono;
    const { patienceMs } = this.#terms;
    const silentMs = mono - this.#goodMs;
    const isDown = silentMs >= patienceMs;
    if (isDown === this.#isHeld || (!isDown && !this.#hasHeard)) return undefined;
    this.#isHeld = isDown;
    if (!isDown) return { lifted: { ...HOLDER, by: "itself" } };
    const [been, most] = [silentMs, patienceMs].map((ms) => Math.round(ms / 1000));
    const reason = `no channel for alerts was said to work for ${been} of ${most} s: nobody would hear of trouble`;
    return { claim: { ...HOLDER, level: "NO_NEW_ENTRIES", scalar: 1, reason, liftedBy: "itself" } };
  }
}
