/** Decides whether a fault happens here, from a stream of its own: switching one fault off moves no other. */
import type { Rng } from "../../numerics/rng.ts";
import { type FaultKind, faultKinds, type StormPlan } from "./plan.ts";
import type { Reach } from "./reach.ts";

export class FaultDice {
  readonly #rates: StormPlan["rates"];
  readonly #streams: ReadonlyMap<FaultKind, Rng>;
  readonly #reach: Reach;

  constructor({ rates }: StormPlan, root: Rng, reach: Reach) {
    this.#rates = rates;
    this.#streams = new Map(faultKinds.map((kind) => [kind, root.fork(kind)]));
    this.#reach = reach;
  }

  isOn(kind: FaultKind): boolean {
    return this.#rates[kind] > 0;
  }

  /** `weight` makes rare occasions as likely as common ones. */
  hits(kind: FaultKind, weight = 1): boolean {
    const rate = this.#rates[kind];
    if (rate === 0 || this.#stream(kind).uniform() >= rate * weight) return false;
    this.#reach.hit(`fault ${kind}`);
    return true;
  }

  /** How bad it is: whole, in [0, n). */
  integer(kind: FaultKind, n: number): number {
    return this.#stream(kind).integer(n);
  }

  #stream(kind: FaultKind): Rng {
    return this.#streams.get(kind) as Rng;
  }
}
