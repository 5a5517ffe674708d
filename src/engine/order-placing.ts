/**
 * Shows a request to the gate, writes down what became of it, and sends it if it was approved: the one way in which
 * the desk places anything (C-12). Used by the desk alone.
 */
import { type OrderNumber, Purpose } from "../domain/order.ts";
import type { OrderTable } from "../execution/order-table.ts";
import type { Bracket, RiskGate } from "../risk/gate.ts";
import type { OrderRequest } from "../risk/rule.ts";
import type { BlockTally } from "./block-tally.ts";
import type { DemandNetting } from "./demand-netting.ts";
import { birthOf, isExit } from "./order-requests.ts";
import type { Command } from "./ports.ts";
import type { ProtectiveOrders } from "./protective-orders.ts";
import type { RiskFacts } from "./risk-facts.ts";

export interface PlacingParts {
  readonly gate: RiskGate;
  readonly facts: RiskFacts;
  readonly orders: OrderTable;
  readonly commands: Command[];
  readonly blocked: BlockTally;
  readonly netting: DemandNetting;
  readonly legs: ProtectiveOrders;
  /** A rule of that control refused an entry in full, or the claim of that source barred it. */
  entryRefused(strategy: number, control: string | undefined, barredBy: string | undefined): void;
}

export class OrderPlacing {
  readonly #parts: PlacingParts;

  constructor(parts: PlacingParts) {
    this.#parts = parts;
  }

  /** Undefined when it was denied. `sizing` is the number of the constraint that set the size, -1 for none. */
  place(
    request: OrderRequest,
    signal: number,
    sizing: number,
    bracket: Bracket | undefined,
  ): OrderNumber | undefined {
    const { gate, facts, orders, commands, blocked, netting, legs, entryRefused } = this.#parts;
    const number = orders.next;
    const approved = gate.pass(number, request, facts, bracket);
    const { binding } = gate;
    blocked.record(request, approved?.shares ?? 0, gate, bracket);
    if (gate.barredBy !== undefined) blocked.barred.set(number, gate.barredBy);
    orders.add(request, birthOf(request, approved?.shares, gate, { signal, sizing }));
    if (approved === undefined) {
      entryRefused(request.strategy, binding?.control, gate.barredBy?.source);
      return undefined;
    }
    const [isEntry, leaves] = [request.purpose === Purpose.Entry, isExit(request.purpose)];
    if (isEntry) {
      legs.addLegs(number, request, signal, bracket);
      facts.entrySent(number, request, approved.shares, orders.price(number));
    } else if (leaves) facts.activity.exitChanged(request.instrument, request.side, approved.shares);
    if (isEntry || leaves) {
      netting.add(approved, request.strategy);
      facts.decided(request.instrument, request.side, approved.shares);
    }
    commands.push({ kind: "PlaceOrder", order: approved });
    return number;
  }
}
