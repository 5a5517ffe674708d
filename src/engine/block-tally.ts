/** What the gate and the lattice kept from trading, per rule, counted as it happens, and what it was worth (RISK-6). */
import type { BarBatch } from "../domain/bars.ts";
import type { CorporateActionEvent } from "../domain/events.ts";
import { type OrderNumber, Purpose } from "../domain/order.ts";
import type { Claim } from "../risk/authority.ts";
import type { Bracket, RiskGate } from "../risk/gate.ts";
import type { OrderRequest } from "../risk/rule.ts";
import { ShadowTrades } from "./shadow-trades.ts";

export interface Blocked {
  /** A rule's id, or `permission:` and who barred all entries. */
  readonly rule: string;
  /** Orders refused, and orders trimmed. */
  readonly count: number;
  readonly shrunk: number;
  /** Dollars that did not trade. */
  readonly notional: number;
  /** Dollars that the blocked entries would have lost, and won, before costs; as far as their bars are known. */
  readonly saved: number;
  readonly cost: number;
  /** Blocked entries that would have filled and are over. */
  readonly followed: number;
}

export class BlockTally {
  readonly #byRule = new Map<string, { count: number; shrunk: number; notional: number }>();
  readonly #shadows = new ShadowTrades();
  /** False until something was blocked: then there is nothing to follow. */
  #follows = false;

  /** The claim that barred an order before any rule was asked, by the order's number. */
  readonly barred = new Map<OrderNumber, Claim>();

  /** Writes down what became of the order the gate was shown last: `shares` of it were approved. */
  record(request: OrderRequest, shares: number, gate: RiskGate, bracket: Bracket | undefined): void {
    const { barredBy, binding } = gate;
    if (barredBy === undefined && binding === undefined) return;
    const rule = barredBy === undefined ? (binding?.id ?? "") : `permission:${barredBy.source}`;
    const price = Number.isNaN(request.limit) ? request.reference : request.limit;
    const tally = this.#of(rule);
    if (shares === 0) tally.count += 1;
    else tally.shrunk += 1;
    tally.notional += (request.shares - shares) * price;
    if (request.purpose !== Purpose.Entry) return;
    const { instrument, side, limit, stop } = request;
    const target = bracket?.target ?? Number.NaN;
    const blocked = { instrument, side, shares: request.shares - shares, limit, stop, target };
    this.#follows = true;
    this.#shadows.blocked({ ...blocked, rule, timeStopBars: 0 });
  }

  /** Follows what was blocked through the next bars. Comes before the decisions on them. */
  bars(batch: BarBatch): void {
    if (this.#follows) this.#shadows.bars(batch);
  }

  /** A split or a dividend: what is followed on paper is restated like an order that rests. */
  action(event: CorporateActionEvent): void {
    if (this.#follows) this.#shadows.action(event);
  }

  /** In the order in which rules first blocked something. */
  list(): Blocked[] {
    return [...this.#byRule].map(([rule, tally]) => {
      const { saved, cost, trades } = this.#shadows.outcome(rule);
      return { rule, ...tally, saved, cost, followed: trades };
    });
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
