/** What the gate and the lattice kept from trading, per rule: counted as it happens (RISK-6). */

export interface Blocked {
  /** A rule's id, or `permission:` and the level that barred all entries. */
  readonly rule: string;
  /** Orders refused, and orders trimmed. */
  readonly count: number;
  readonly shrunk: number;
  /** Dollars that did not trade. */
  readonly notional: number;
}

export class BlockTally {
  readonly #byRule = new Map<string, { count: number; shrunk: number; notional: number }>();

  denied(rule: string, notional: number): void {
    const tally = this.#of(rule);
    tally.count += 1;
    tally.notional += notional;
  }

  trimmed(rule: string, notional: number): void {
    const tally = this.#of(rule);
    tally.shrunk += 1;
    tally.notional += notional;
  }

  /** In the order in which rules first blocked something. */
  list(): Blocked[] {
    return [...this.#byRule].map(([rule, tally]) => ({ rule, ...tally }));
  }

  #of(rule: string) {
    let tally = this.#byRule.get(rule);
    if (tally === undefined) {
      tally = { count: 0, shrunk: 0, notional: 0 };
      this.#byRule.set(rule, tally);
    }
    return tally;
  }
}
