/**
 * Does what the claims in force ask for: takes back entries, halves positions, closes everything (RISK-2, C-45). It
 * goes on with every valuation until nothing is left to do, so that what failed once is asked again.
 */
import type { InstrumentId } from "../domain/instrument.ts";
import { Purpose } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { VirtualLots } from "../ensemble/virtual-lots.ts";
import type { Authorities } from "../risk/authority.ts";
import type { BreakerWatch } from "./breaker-watch.ts";
import type { CrossBooks } from "./demand-netting.ts";
import type { OrderDesk } from "./order-desk.ts";
import type { RiskFacts } from "./risk-facts.ts";

/** Signal row of orders that no strategy asked for. */
const NO_SIGNAL = -1;
const NEVER = -1;

export interface EnforcementParts {
  readonly strategies: number;
  readonly instruments: number;
  readonly authorities: Authorities;
  readonly watch: BreakerWatch;
  readonly desk: OrderDesk;
  readonly books: CrossBooks;
  readonly lots: VirtualLots;
  readonly facts: RiskFacts;
}

export class ClaimEnforcement {
  readonly #parts: EnforcementParts;
  /** Version of the claims that were last acted upon, and which strategies could only reduce by them. */
  #enforced = NEVER;
  readonly #reducing: Uint8Array;

  constructor(parts: EnforcementParts) {
    this.#parts = parts;
    this.#reducing = new Uint8Array(parts.strategies);
  }

  /** After a restart nothing counts as done. */
  forget(): void {
    this.#enforced = NEVER;
  }

  /** True when the next valuation, without a new claim, would find nothing to do. */
  get areDone(): boolean {
    const { authorities } = this.#parts;
    return !authorities.flattens && this.#enforced === authorities.version;
  }

  enforce(at: EpochMicros): void {
    const { watch, authorities } = this.#parts;
    const halves = watch.takeHalving();
    if (authorities.flattens) this.#continueFlatten(at);
    else {
      if (this.#enforced !== authorities.version) this.#takeBackEntries();
      if (halves) this.#halve();
    }
  }

  #halve(): void {
    const { strategies, instruments, desk, books } = this.#parts;
    for (let s = 0; s < strategies; s++) {
      desk.cancelEntries(s, instruments);
      for (let i = 0; i < instruments; i++) desk.halve(s, i as InstrumentId, NO_SIGNAL);
    }
    desk.settle(books);
  }

  #takeBackEntries(): void {
    const { strategies, instruments, authorities, desk } = this.#parts;
    this.#enforced = authorities.version;
    for (let s = 0; s < strategies; s++) {
      const reduces = authorities.isAtLeastFor(s, "REDUCE_ONLY");
      if (reduces && this.#reducing[s] === 0) desk.cancelEntries(s, instruments);
      this.#reducing[s] = reduces ? 1 : 0;
    }
  }

  /** Cancels what works and closes what is held, until nothing is left; then the halt is complete. */
  #continueFlatten(at: EpochMicros): void {
    const { strategies, instruments, authorities, desk, books, lots, facts } = this.#parts;
    // A wish of before must not outlive the kill, should somebody resume at once (C-45).
    if (desk.meeting.size > 0) desk.meeting.dropAll();
    let open = 0;
    for (let s = 0; s < strategies; s++) {
      for (let i = 0; i < instruments; i++) {
        const instrument = i as InstrumentId;
        const held = lots.shares(s, instrument) !== 0;
        if (!held && !facts.entryWorking(s, instrument)) continue;
        open += 1;
        desk.exit(s, instrument, NO_SIGNAL, Purpose.Flatten);
      }
    }
    desk.settle(books);
    if (open > 0 || authorities.isAtLeast("HALTED")) return;
    // Only a latched flatten ends in HALTED; the end of a run has nothing to be resumed from.
    const flattening = authorities.permission.claims.filter(
      ({ level, liftedBy }) => level === "FLATTEN" && liftedBy === "operator",
    );
    for (const claim of flattening) {
      authorities.raise({ ...claim, level: "HALTED", reason: `${claim.reason}; flat`, since: at });
    }
  }
}
