/**
 * The two legs of a pair stand and fall together (STRAT-1): half of a pair is a bet that nobody asked for. Used by
 * the desk alone, which asks it in every step before demands are netted.
 *
 * LB-1  Both legs leave in one step or none does: one that sizing or the gate refused, or trimmed to less than 80 %,
 *       takes the other with it before it has left.
 * LB-2  A leg that ends with less than 80 % of its shares bought, or whose position is over for whatever reason (its
 *       stop, an operator, a broker's word), has the other one taken back and closed in that very step.
 * LB-3  It only takes back and closes: whatever it does, nothing is opened for it.
 */
import type { InstrumentId } from "../domain/instrument.ts";
import type { EntryIntent } from "../domain/intent.ts";
import { type OrderNumber, Purpose } from "../domain/order.ts";
import type { VirtualLots } from "../ensemble/virtual-lots.ts";
import { OrderField, type OrderTable } from "../execution/order-table.ts";
import type { ApprovedOrder } from "../risk/gate.ts";

/** Share of a leg from which on it counts as there; as much of a part fill is kept (EXEC-1). */
const LEAST_SHARE = 0.8;
const DUST = 1e-9;

export interface BondParts {
  readonly lots: VirtualLots;
  readonly orders: OrderTable;
  readonly desk: {
    /** Asks for the end of a working entry. */
    cancelEntry(strategy: number, instrument: InstrumentId): void;
    exit(strategy: number, instrument: InstrumentId, signal: number, purpose: Purpose): void;
  };
}

interface Asked {
  readonly strategy: number;
  readonly instrument: InstrumentId;
  readonly partner: InstrumentId;
  /** Unsigned. */
  readonly shares: number;
  readonly signal: number;
}

interface Leg {
  readonly instrument: InstrumentId;
  readonly entry: OrderNumber;
  readonly signal: number;
  isTakenBack: boolean;
  isLeft: boolean;
}

interface Bond {
  readonly strategy: number;
  readonly legs: readonly [Leg, Leg];
  isBroken: boolean;
}

type Demand = { readonly order: ApprovedOrder; readonly strategy: number };

export class LegBonds {
  readonly #parts: BondParts;
  #asked: Asked[] = [];
  #bonds: Bond[] = [];

  constructor(parts: BondParts) {
    this.#parts = parts;
  }

  /** Pairs that are held or on their way; asked in every step. */
  get size(): number {
    return this.#bonds.length;
  }

  /** A leg is about to be shown to the gate. */
  ask({ strategy, instrument, shares, signal, together }: EntryIntent): void {
    if (together !== undefined)
      this.#asked.push({ strategy, instrument, partner: together, shares: Math.abs(shares), signal });
  }

  /** Of what passed the gate in this step, the legs that must not leave; whole pairs are bound to each other. */
  unpaired<One extends Demand>(demands: readonly One[]): One[] {
    if (this.#asked.length === 0) return [];
    const asked = this.#asked;
    this.#asked = [];
    const legs = asked.map((leg) => ({ leg, demand: demandOf(leg, demands) }));
    const alone: One[] = [];
    for (const { leg, demand } of legs) {
      if (demand === undefined) continue;
      const other = legs.find(({ leg: its }) => isPartner(leg, its));
      if (!isWhole(leg, demand) || other?.demand === undefined || !isWhole(other.leg, other.demand))
        alone.push(demand);
      else if (leg.instrument < leg.partner) this.#bind(leg, demand.order, other.leg, other.demand.order);
    }
    return alone;
  }

  /** Looks after the pairs that stand: who lost its other leg leaves. */
  settle(): void {
    if (this.#bonds.length === 0) return;
    for (const bond of this.#bonds) {
      bond.isBroken ||= bond.legs.some((leg) => this.#hasFailed(bond.strategy, leg));
      if (bond.isBroken) for (const leg of bond.legs) this.#end(bond.strategy, leg);
    }
    this.#bonds = this.#bonds.filter(
      ({ strategy, legs, isBroken }) => !isBroken || legs.some((leg) => !this.#isOver(strategy, leg)),
    );
  }

  #bind(a: Asked, ofA: ApprovedOrder, b: Asked, ofB: ApprovedOrder): void {
    const leg = ({ instrument, signal }: Asked, { number: entry }: ApprovedOrder): Leg => {
      return { instrument, entry, signal, isTakenBack: false, isLeft: false };
    };
    this.#bonds.push({ strategy: a.strategy, legs: [leg(a, ofA), leg(b, ofB)], isBroken: false });
  }

  #hasFailed(strategy: number, { entry, instrument }: Leg): boolean {
    const { orders, lots } = this.#parts;
    if (orders.isWorking(entry)) return false;
    const [filled, wanted] = [orders.get(entry, OrderField.filled), orders.get(entry, OrderField.shares)];
    return lots.shares(strategy, instrument) === 0 || filled < LEAST_SHARE * wanted * (1 - DUST);
  }

  #end(strategy: number, leg: Leg): void {
    const { orders, lots, desk } = this.#parts;
    if (orders.isWorking(leg.entry) && !leg.isTakenBack) {
      leg.isTakenBack = true;
      desk.cancelEntry(strategy, leg.instrument);
    }
    if (lots.shares(strategy, leg.instrument) === 0 || leg.isLeft) return;
    leg.isLeft = true;
    desk.exit(strategy, leg.instrument, leg.signal, Purpose.Exit);
  }

  #isOver(strategy: number, { entry, instrument }: Leg): boolean {
    return !this.#parts.orders.isWorking(entry) && this.#parts.lots.shares(strategy, instrument) === 0;
  }
}

const demandOf = <One extends Demand>({ strategy, instrument }: Asked, demands: readonly One[]) =>
  demands.find(
    ({ strategy: its, order }) =>
      its === strategy && order.instrument === instrument && order.purpose === Purpose.Entry,
  );

const isPartner = (leg: Asked, other: Asked): boolean =>
  other.strategy === leg.strategy && other.instrument === leg.partner && other.partner === leg.instrument;

const isWhole = ({ shares }: Asked, { order }: Demand): boolean =>
  order.shares >= LEAST_SHARE * shares * (1 - DUST);
