/** Ids in the form the broker gives them, version 4 of UUID, from a seeded stream: same calls, same ids. */
import { createRng, type Rng } from "../../numerics/rng.ts";

export class OrderIds {
  readonly #rng: Rng;

  /** `purpose` keeps streams apart: an id drawn for one never moves those of another. */
  constructor(seed: number, purpose: string) {
    this.#rng = createRng(seed, `brokerage ${purpose}`);
  }

  next(): string {
    const hex = (digits: number): string =>
      this.#rng
        .integer(16 ** digits)
        .toString(16)
        .padStart(digits, "0");
    const variant = (8 + this.#rng.integer(4)).toString(16);
    return `${hex(8)}-${hex(4)}-4${hex(3)}-${variant}${hex(3)}-${hex(6)}${hex(6)}`;
  }
}
