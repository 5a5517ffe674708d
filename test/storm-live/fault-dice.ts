/** Decides whether a fault happens here, from a stream of its own: leaving one fault out moves no other. */
import type { Rng } from "../../src/numerics/rng.ts";
import type { Reach } from "../../src/sim/storm/reach.ts";
import { faultKinds, type LiveFault, type LivePlan } from "./plan.ts";

export class FaultDice {
  readonly #rates: LivePlan["rates"];
  readonly #streams: ReadonlyMap<LiveFault, Rng>;
  readonly #reach: Reach;
  isHealed = false;

  constructor({ rates }: LivePlan, root: Rng, reach: Reach) {
    this.#rates = rates;
    this.#streams = new Map(faultKinds.map((kind) => [kind, root.fork(kind)]));
    this.#reach = reach;
  }

  /** `weight` makes rare occasions as likely as common ones. */
  hits(kind: LiveFault, weight = 1): boolean {
    const rate = this.#rates[kind];
    if (this.isHealed || rate === 0 || this.#stream(kind).uniform() >= rate * weight) return false;
    this.#reach.hit(`fault ${kind}`);
    return true;
  }

  /** How bad it is: whole, in [0, n). */
  integer(kind: LiveFault, n: number): number {
    return this.#stream(kind).integer(n);
  }

  #stream(kind: LiveFault): Rng {
    return this.#streams.get(kind) as Rng;
  }
}
