/** All orders there ever were, by id and by client id, and those that still live, in order of submission. */
import type { InstrumentId } from "../../domain/instrument.ts";
import { isLive, nestedView, type OrderRecord, parentOf, sideWord, viewOf } from "./order-record.ts";
import { isTerminal, type OrderFilter, type OrderView } from "./order-view.ts";

const DEFAULT_LIMIT = 50;
const MOST_ROWS = 500;

export class OrderStore {
  readonly #all: OrderRecord[] = [];
  readonly #byId = new Map<string, OrderRecord>();
  readonly #byClientId = new Map<string, OrderRecord>();
  /** Taken for good, by orders that nobody can see yet as well. */
  readonly #usedClientIds = new Set<string>();
  #live: OrderRecord[] = [];

  isUsed(clientOrderId: string): boolean {
    return this.#usedClientIds.has(clientOrderId);
  }

  reserve(clientOrderId: string): void {
    this.#usedClientIds.add(clientOrderId);
  }

  /** From now on it can be found. */
  add(record: OrderRecord): void {
    this.reserve(record.clientOrderId);
    this.#all.push(record);
    this.#byId.set(record.id, record);
    this.#byClientId.set(record.clientOrderId, record);
    if (isLive(record)) this.#live.push(record);
  }

  get(id: string): OrderRecord | undefined {
    return this.#byId.get(id);
  }

  byClientId(clientOrderId: string): OrderRecord | undefined {
    return this.#byClientId.get(clientOrderId);
  }

  /** A copy: what is done to one may add others or end them. */
  live(): OrderRecord[] {
    return [...this.#live];
  }

  /** Those of one instrument that live; ended ones are let go here. */
  of(instrument: InstrumentId): OrderRecord[] {
    return this.#live.filter((record) => record.instrument === instrument && isLive(record));
  }

  dropEnded(): void {
    if (this.#live.some((record) => !isLive(record))) this.#live = this.#live.filter(isLive);
  }

  /** Earliest instant at which one expires or a request for one is due. */
  get nextDue(): number {
    let due = Number.POSITIVE_INFINITY;
    for (const record of this.#live) if (isLive(record)) due = Math.min(due, record.expiresAt, record.dueAt);
    return due;
  }

  list(filter: OrderFilter): OrderView[] {
    const { status = "open", limit = DEFAULT_LIMIT, direction = "desc", nested = false } = filter;
    const after = filter.after ?? Number.NEGATIVE_INFINITY;
    const until = filter.until ?? Number.POSITIVE_INFINITY;
    const found = this.#all.filter(
      (record) =>
        (status === "all" || isTerminal(record.status) === (status === "closed")) &&
        record.submittedAt > after &&
        record.submittedAt < until &&
        (filter.symbols?.includes(record.symbol) ?? true) &&
        (filter.side ?? sideWord(record.side)) === sideWord(record.side) &&
        !(nested && parentOf(record) !== undefined && this.#isShown(parentOf(record), status)),
    );
    if (direction === "desc") found.reverse();
    const rows = found.slice(0, Math.max(0, Math.min(limit, MOST_ROWS)));
    return rows.map((record) => (nested ? nestedView(record) : viewOf(record)));
  }

  /** A leg whose parent is not in the list stands alone: an open leg of a filled entry must not vanish. */
  #isShown(parent: OrderRecord | undefined, status: "open" | "closed" | "all"): boolean {
    return parent !== undefined && (status === "all" || isTerminal(parent.status) === (status === "closed"));
  }
}
