/**
 * Requests that leave and notes that stay: gives each request its number and remembers who asked, so that an answer
 * finds its order; writes down every change of state.
 */
import type { BrokerOrderId, BrokerRequest, OrderChange, OrderSpec, RequestId } from "../../domain/broker.ts";
import type { ChildOrder } from "./child-order.ts";
import type { LifecycleNote, LifecycleState, NoteCause, NoteKind } from "./words.ts";

export interface Ask {
  readonly kind: "Submit" | "Change" | "Cancel" | "FindByClientId" | "Read";
  readonly child: ChildOrder;
  /** Monotonic ms. */
  readonly sent: number;
}

export class Wire {
  readonly requests: BrokerRequest[] = [];
  readonly notes: LifecycleNote[] = [];
  readonly #asks = new Map<RequestId, Ask>();
  #next = 0;

  submit(child: ChildOrder, spec: OrderSpec, mono: number): void {
    const id = this.#ask("Submit", child, mono);
    this.requests.push({ id, priority: child.priority, kind: "Submit", spec });
  }

  change(child: ChildOrder, order: BrokerOrderId, change: OrderChange, mono: number): void {
    const id = this.#ask("Change", child, mono);
    this.requests.push({ id, priority: "protect", kind: "Change", order, change });
  }

  cancel(child: ChildOrder, order: BrokerOrderId, mono: number): void {
    const id = this.#ask("Cancel", child, mono);
    this.requests.push({ id, priority: "flatten", kind: "Cancel", order });
  }

  find(child: ChildOrder, mono: number): void {
    const id = this.#ask("FindByClientId", child, mono);
    this.requests.push({ id, priority: "reconcile", kind: "FindByClientId", clientId: child.clientId });
  }

  read(child: ChildOrder, order: BrokerOrderId, mono: number): void {
    child.readSent = mono;
    const id = this.#ask("Read", child, mono);
    this.requests.push({ id, priority: "reconcile", kind: "Read", order });
  }

  /** Who asked; undefined for an answer to somebody else, or to an earlier life. */
  answered(id: RequestId): Ask | undefined {
    const ask = this.#asks.get(id);
    this.#asks.delete(id);
    return ask;
  }

  /** No answer will come to what was asked before. */
  forget(): void {
    this.#asks.clear();
  }

  move(child: ChildOrder, to: LifecycleState, cause: NoteCause, reason: string): void {
    if (child.state === to) return;
    this.#note("transition", child, to, cause, reason);
    child.state = to;
  }

  remark(kind: NoteKind, child: ChildOrder, cause: NoteCause, reason: string): void {
    this.#note(kind, child, child.state, cause, reason);
  }

  #note(kind: NoteKind, child: ChildOrder, to: LifecycleState, cause: NoteCause, reason: string): void {
    const { number, clientId, state: from } = child;
    this.notes.push({ kind, number, clientId, from, to, cause, reason });
  }

  #ask(kind: Ask["kind"], child: ChildOrder, sent: number): RequestId {
    const id = this.#next as RequestId;
    this.#next += 1;
    this.#asks.set(id, { kind, child, sent });
    return id;
  }
}
