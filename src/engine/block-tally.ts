/** What the gate and the lattice kept from trading, per rule: counted as it happens (RISK-6). */
import { FloatColumn } from "../domain/growing-columns.ts";

export interface Blocked {
  readonly rule: string;
  readonly count: number;
  readonly shrunk: number;
  /** Dollars that did not trade. */
  readonly notional: number;
}

export class BlockTally {
  readonly #rules: string[] = [];
  readonly #count = new FloatColumn(16);
  readonly #shrunk = new FloatColumn(16);
  readonly #notional = new FloatColumn(16);

  denied(rule: string, notional: number): void {
    const row = this.#row(rule);
    this.#count.set(row, this.#count.get(row) + 1);
    this.#notional.set(row, this.#notional.get(row) + notional);
  }

  trimmed(rule: string, notional: number): void {
    const row = this.#row(rule);
    this.#shrunk.set(row, this.#shrunk.get(row) + 1);
    this.#notional.set(row, this.#notional.get(row) + notional);
  }

  list(): Blocked[] {
    return this.#rules.map((rule, row) => ({
      rule,
      count: this.#count.get(row),
      shrunk: this.#shrunk.get(row),
      notional: this.#notional.get(row),
    }));
  }

  #row(rule: string): number {
    const known = this.#rules.indexOf(rule);
    if (known >= 0) return known;
    this.#count.push(0);
    this.#shrunk.push(0);
    this.#notional.push(0);
    return this.#rules.push(rule) - 1;
  }
}
