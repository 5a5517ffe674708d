/**
 * Orders that were taken and do not exist yet: a fault in which the answer to the order is lost and a look for it finds
 * nothing, and yet it comes to life later. Its client id is taken from the start.
 */
import { admit, inferIntent } from "./admission.ts";
import type { Desk } from "./desk.ts";
import type { OrderLife } from "./order-life.ts";
import { membersOf, type OrderRecord } from "./order-record.ts";

interface LateOrder {
  readonly record: OrderRecord;
  readonly dueAt: number;
}

export class LateOrders {
  readonly #desk: Desk;
  readonly #life: OrderLife;
  #waiting: LateOrder[] = [];
  /** 0: orders exist at once. */
  delayMicros = 0;

  constructor(desk: Desk, life: OrderLife) {
    this.#desk = desk;
    this.#life = life;
  }

  get nextDue(): number {
    return this.#waiting.reduce((due, { dueAt }) => Math.min(due, dueAt), Number.POSITIVE_INFINITY);
  }

  /** False when nothing delays it: then it is the caller's to bring to life. */
  take(record: OrderRecord): boolean {
    if (!(this.delayMicros > 0)) return false;
    this.#waiting.push({ record, dueAt: this.#desk.now + this.delayMicros });
    return true;
  }

  runDue(): void {
    const due = this.#waiting.filter(({ dueAt }) => dueAt <= this.#desk.now);
    if (due.length === 0) return;
    this.#waiting = this.#waiting.filter(({ dueAt }) => dueAt > this.#desk.now);
    for (const { record } of due) this.#create(record);
  }

  /** What the account no longer allows comes to life rejected. */
  #create(record: OrderRecord): void {
    const { now, ledger } = this.#desk;
    for (const each of record.group === undefined ? [record] : membersOf(record.group)) {
      each.createdAt = now;
      each.submittedAt = now;
    }
    const intent = inferIntent(ledger.quantity[record.instrument]!, record.side);
    const isRefused = intent !== record.intent || admit(this.#desk, record) !== undefined;
    this.#life.accept(record);
    if (isRefused) this.#life.end(record, "rejected");
    else if (record.works) this.#life.meet(record);
  }
}
