/** The checkers' own round trips, lot by lot: what was paid from flat to flat. */
export interface RoundTrip {
  readonly strategy: number;
  /** Dollars, net of costs. */
  readonly pnl: number;
}

/** One fill of a lot: signed dollars paid for it, its costs, and the shares held before and after. */
export interface LotFill {
  readonly lot: number;
  readonly strategy: number;
  readonly paid: number;
  readonly costs: number;
  readonly before: number;
  readonly after: number;
}

export class RoundTrips {
  readonly #paid: number[];
  readonly closed: RoundTrip[] = [];

  constructor(lots: number) {
    this.#paid = new Array<number>(lots).fill(0);
  }

  /** A fill that turns a lot around is shared out between both trips. */
  fill({ lot, strategy, paid, costs, before, after }: LotFill): void {
    const turns = before !== 0 && after !== 0 && before > 0 !== after > 0;
    const part = turns ? Math.abs(before) / (Math.abs(before) + Math.abs(after)) : 1;
    const sum = (this.#paid[lot] as number) + (paid + costs) * part;
    this.#paid[lot] = sum;
    if (after !== 0 && !turns) return;
    this.closed.push({ strategy, pnl: -sum });
    this.#paid[lot] = (paid + costs) * (1 - part);
  }
}
