/**
 * Compares what the broker shows with what our books say, orders, fills, positions and cash, and says what to do about
 * each difference (EXEC-3, RELIABILITY 3.4). Pure: the caller looks, tells, and does.
 *
 * RC-1  The broker's word overrules ours, never the reverse (I-24); nothing is invented: what is booked was reported of
 *       an order, or is an adjustment that says so.
 * RC-2  What a look does not show is missing only after the broker was asked for it by name. A look that failed, or
 *       whose positions and account do not fit each other, shows nothing.
 * RC-3  Orders of others are counted and never touched (I-37).
 */
import { type BrokerLook, type BrokerOrder, type BrokerReply, isEnded } from "../domain/broker.ts";
import { HALF_NANO_SHARE } from "../domain/money.ts";
import type { ClientOrderId } from "../domain/order.ts";
import type { Instants } from "./instants.ts";
import { PositionCheck } from "./position-check.ts";
import {
  type LocalBooks,
  type LocalOrder,
  nothingFound,
  type ReconcileRequest,
  type ReconcileTerms,
  type Reconciliation,
  reconcileTerms,
} from "./reconciliation-facts.ts";

const RESTRICTED = "account_restricted";
const FILLS = "fills_unknown_to_broker";
const CASH = "cash_unexplained";
const EQUITY = "equity_disagrees";
/** Looks in a row before a fill that the broker lacks is an alarm. */
const CYCLES = 2;

export class Reconciler {
  readonly #terms: ReconcileTerms;
  readonly #positions: PositionCheck;
  /** Client ids that were asked for by name, and when. */
  readonly #asked = new Map<ClientOrderId, number>();
  /** Fills of ours that the broker lacks, by client id: looks in a row. */
  readonly #unbacked = new Map<ClientOrderId, number>();
  /** External orders by broker id, and the symbols that they lock. */
  #external = new Map<string, string>();
  #locked = new Set<string>();
  #cash: { readonly dollars: number; readonly sinceMs: number; readonly isTold: boolean } | undefined;
  #equitySinceMs = Number.NaN;
  #isEquityTold = false;
  #incoherent = 0;
  #isClean = false;

  constructor(terms: Partial<ReconcileTerms> = {}) {
    this.#terms = { ...reconcileTerms, ...terms };
    this.#positions = new PositionCheck(this.#terms);
  }

  /** The last comparison since the start of the process found nothing: what lifting a halt asks for (C-02). */
  get isCleanSinceStart(): boolean {
    return this.#isClean;
  }

  /** Open orders that are not ours, as of the last look. */
  get externalOrders(): number {
    return this.#external.size;
  }

  ignore(symbol: string, shares: number): void {
    this.#positions.ignore(symbol, shares);
  }

  /** A difference that was taken for a split, and is a trade: an operator says so. */
  asTrade(symbol: string): void {
    this.#positions.asTrade(symbol);
  }

  /** The broker did not answer: nothing is known, which is neither flat nor clean (RC-2). */
  lookFailed(): void {
    this.#isClean = false;
  }

  compare(look: BrokerLook, local: LocalBooks, now: Instants): Reconciliation {
    const found = nothingFound();
    const busy = new Set<string>();
    this.#checkAccount(look, local, found);
    this.#checkOrders(look, local, busy, now, found);
    this.#checkMissing(look, local, busy, now, found);
    this.#checkFills(look, local, busy, now, found);
    if (this.#isCoherent(look, found)) {
      this.#positions.compare(look, local, busy, now, found);
      const isSettled = busy.size === 0 && found.clean;
      this.#checkMoney(look, local, isSettled, now, found);
    }
    // Two reasons may lock a symbol: it is free when neither does.
    const isFree = (symbol: string) => !this.#locked.has(symbol) && !this.#positions.locks(symbol);
    const unlocks = found.unlocks.filter(isFree);
    this.#isClean = found.clean;
    return { ...found, unlocks: [...new Set(unlocks)] };
  }

  /** The answer to a request of a comparison: by now a missing order is missing (RC-2). */
  answered(clientId: ClientOrderId, reply: BrokerReply): Reconciliation {
    const found = nothingFound();
    found.clean = false;
    if (!this.#asked.delete(clientId)) return found;
    if (reply.kind === "found") found.reports.push(reportOf(reply.order, "found by name"));
    else if (reply.kind === "absent") {
      found.missing.push(clientId);
      found.alarms.push({
        severity: "page",
        text: `order ${clientId} is in our books and unknown to the broker`,
      });
    }
    return found;
  }

  #checkAccount(
    { account }: BrokerLook,
    { previousEquity = account.lastEquity }: LocalBooks,
    found: Reconciliation,
  ): void {
    // The higher base is the one that sees a loss first (RELIABILITY 1.5).
    if (Math.abs(previousEquity / account.lastEquity - 1) > this.#terms.previousEquity) {
      found.previousEquity = Math.max(previousEquity, account.lastEquity);
      const figures = `${previousEquity} in our books, ${account.lastEquity} at the broker`;
      found.alarms.push({ severity: "flag", text: `equity at the close before: ${figures}` });
    }
    if (account.mayTrade) {
      found.lifts.push(RESTRICTED);
      return;
    }
    found.clean = false;
    const reason = `the broker restricts account ${account.number}`;
    found.claims.push({ source: RESTRICTED, level: "NO_NEW_ENTRIES", reason, liftedBy: "itself" });
    found.alarms.push({ severity: "page", text: reason });
  }

  #checkOrders(
    look: BrokerLook,
    local: LocalBooks,
    busy: Set<string>,
    now: Instants,
    found: Reconciliation,
  ): void {
    const known = byIds(local.orders);
    const external = new Map<string, string>();
    const unbacked = new Set<ClientOrderId>();
    for (const order of look.orders) {
      const isOurs = local.owns(order.clientId) || known.has(order.clientId) || known.has(order.id);
      if (!isOurs) {
        if (!isEnded(order.status)) external.set(order.id, order.symbol);
        continue;
      }
      const own = known.get(order.clientId) ?? known.get(order.id);
      // What became another order has told its fills; that one's are not looked for in it.
      if (own !== undefined && isFormer(order, own) && isEnded(order.status)) continue;
      const differs =
        own === undefined || differsFrom(order, own) || order.legs.some((leg) => isNews(leg, known));
      if (own !== undefined && order.filled < own.filled - HALF_NANO_SHARE) unbacked.add(own.clientId);
      if (!differs) continue;
      // Nobody takes it in: what it traded, the guardian's closing say, is booked as a position that differs.
      if (own === undefined && isEnded(order.status)) continue;
      if (own === undefined && this.#isReplaced(order, local, now)) {
        busy.add(order.symbol);
        found.clean = false;
        continue;
      }
      busy.add(order.symbol);
      found.clean = false;
      // The stream may be about to say the same.
      if (own !== undefined && now.ms - own.heardMs < this.#terms.graceMs) continue;
      found.reports.push(reportOf(order, own === undefined ? "imported" : "reconciled"));
      if (own === undefined) this.#import(order, local, found);
    }
    this.#locks(external, local, found);
    this.#alarmUnbacked(unbacked, busy, known, found);
  }

  /** One that became another while the look was under way, which takes seconds: the next look shows it gone. */
  #isReplaced({ id }: BrokerOrder, { orders }: LocalBooks, now: Instants): boolean {
    const heir = orders.find(({ brokerIds }) => brokerIds?.includes(id) === true);
    return heir !== undefined && now.ms - heir.heardMs < this.#terms.graceMs;
  }

  #import(order: BrokerOrder, { tombstones }: LocalBooks, { imports, alarms }: Reconciliation): void {
    imports.push(order);
    const isRisen = tombstones.has(order.clientId);
    const text = isRisen ? "was given up and exists after all" : "is ours and was not in our books";
    alarms.push({ severity: isRisen ? "page" : "flag", text: `order ${order.clientId} ${text}` });
  }

  #locks(external: Map<string, string>, { acknowledged }: LocalBooks, found: Reconciliation): void {
    const seen = new Set<string>(acknowledged);
    const locked = new Set<string>();
    for (const [id, symbol] of external) {
      const reason = `an order that is not ours works (${id})`;
      if (!this.#external.has(id)) found.alarms.push({ severity: "page", text: `${symbol}: ${reason}` });
      if (seen.has(id)) continue;
      if (!this.#locked.has(symbol) && !locked.has(symbol)) found.locks.push({ symbol, reason });
      locked.add(symbol);
    }
    for (const symbol of this.#locked) if (!locked.has(symbol)) found.unlocks.push(symbol);
    this.#locked = locked;
    this.#external = external;
  }

  #alarmUnbacked(
    unbacked: ReadonlySet<ClientOrderId>,
    busy: Set<string>,
    known: ReadonlyMap<string, LocalOrder>,
    found: Reconciliation,
  ): void {
    for (const clientId of this.#unbacked.keys())
      if (!unbacked.has(clientId)) this.#unbacked.delete(clientId);
    for (const clientId of unbacked) {
      found.clean = false;
      const looks = (this.#unbacked.get(clientId) ?? 0) + 1;
      this.#unbacked.set(clientId, looks);
      const own = known.get(clientId);
      if (own !== undefined) busy.add(own.symbol);
      if (looks !== CYCLES) continue;
      const reason = `order ${clientId}: we booked fills that the broker does not know`;
      found.claims.push({ source: FILLS, level: "NO_NEW_ENTRIES", reason, liftedBy: "operator" });
      found.alarms.push({ severity: "page", text: `${reason}; rebuild from its activities` });
    }
  }

  /** Orders that work by our books and that the look does not show are asked for by name. */
  #checkMissing(
    look: BrokerLook,
    local: LocalBooks,
    busy: Set<string>,
    now: Instants,
    found: Reconciliation,
  ): void {
    const shown = new Set<string>();
    const show = (order: BrokerOrder): void => {
      shown.add(order.id).add(order.clientId);
      order.legs.forEach(show);
    };
    look.orders.forEach(show);
    for (const order of local.orders) {
      // Of an unknown one the life cycle is finding out itself.
      if (order.state !== "working" || now.ms - order.heardMs < this.#terms.graceMs) continue;
      if (shown.has(order.clientId) || (order.brokerId !== undefined && shown.has(order.brokerId))) continue;
      this.#ask(order, busy, now, found);
    }
  }

  /** A fill of an order that we know as less filled, and that the look does not show. */
  #checkFills(
    look: BrokerLook,
    local: LocalBooks,
    busy: Set<string>,
    now: Instants,
    found: Reconciliation,
  ): void {
    const known = byIds(local.orders);
    for (const fill of look.fills) {
      const own = known.get(fill.order);
      if (own === undefined || own.filled >= fill.filled - HALF_NANO_SHARE) continue;
      found.clean = false;
      if (now.ms - own.heardMs >= this.#terms.graceMs && !busy.has(own.symbol))
        this.#ask(own, busy, now, found);
    }
  }

  #ask(
    { clientId, brokerId, symbol }: LocalOrder,
    busy: Set<string>,
    now: Instants,
    found: Reconciliation,
  ): void {
    found.clean = false;
    busy.add(symbol);
    if (now.ms - (this.#asked.get(clientId) ?? Number.NEGATIVE_INFINITY) < this.#terms.readMs) return;
    this.#asked.set(clientId, now.ms);
    const request: ReconcileRequest =
      brokerId === undefined
        ? { priority: "reconcile", kind: "FindByClientId", clientId }
        : { priority: "reconcile", kind: "Read", order: brokerId };
    found.requests.push(request);
  }

  /** Positions are worth what the account says they are: else one of both is partial or stale (B31). */
  #isCoherent({ account, positions }: BrokerLook, found: Reconciliation): boolean {
    const worth = positions.reduce((sum, { shares, price }) => sum + shares * price, 0);
    const apart = Math.abs(account.equity - account.cash - worth);
    if (apart <= this.#terms.coherence * Math.abs(account.equity)) {
      this.#incoherent = 0;
      return true;
    }
    found.clean = false;
    this.#incoherent += 1;
    const said = (account.equity - account.cash).toFixed(2);
    const text = `positions are worth ${worth.toFixed(2)}, the account says ${said}`;
    found.alarms.push({ severity: this.#incoherent === CYCLES ? "page" : "flag", text });
    return false;
  }

  #checkMoney(
    { account }: BrokerLook,
    local: LocalBooks,
    isSettled: boolean,
    now: Instants,
    found: Reconciliation,
  ): void {
    // What the positions are worth: cash has a check of its own.
    const apart = Math.abs(local.equity - local.cash - (account.equity - account.cash));
    const isFar = !(apart <= this.#terms.equityFraction * Math.abs(account.equity));
    if (!isFar) {
      this.#equitySinceMs = Number.NaN;
      found.lifts.push(EQUITY);
    } else if (Number.isNaN(this.#equitySinceMs)) this.#equitySinceMs = now.ms;
    const isLong = isFar && now.ms - this.#equitySinceMs > this.#terms.equityMs;
    if (isLong) {
      found.clean = false;
      const reason = `equity ${local.equity.toFixed(2)} in our books, ${account.equity.toFixed(2)} at the broker`;
      // Losses may be measured from the wrong one of the two.
      found.claims.push({ source: EQUITY, level: "NO_NEW_ENTRIES", reason, liftedBy: "itself" });
      if (!this.#isEquityTold) found.alarms.push({ severity: "page", text: `${reason}: entries wait` });
    }
    this.#isEquityTold = isLong;
    if (isSettled) this.#checkCash(account.cash - local.cash, account.equity, now, found);
  }

  /** Another difference than before is another question. */
  #checkCash(dollars: number, equity: number, now: Instants, found: Reconciliation): void {
    const { cashDollars, cashFraction, persistMs } = this.#terms;
    if (Math.abs(dollars) <= cashDollars) {
      this.#cash = undefined;
      found.lifts.push(CASH);
      return;
    }
    if (this.#cash === undefined || Math.abs(this.#cash.dollars - dollars) > cashDollars)
      this.#cash = { dollars, sinceMs: now.ms, isTold: false };
    found.clean = false;
    const isSmall = Math.abs(dollars) <= cashFraction * Math.abs(equity);
    const isStanding = now.ms - this.#cash.sinceMs >= persistMs;
    found.cash = { dollars, isSmall, isStanding };
    if (!isStanding) return;
    const reason = `cash at the broker is ${dollars.toFixed(2)} dollars ahead of our books`;
    if (!this.#cash.isTold) {
      this.#cash = { ...this.#cash, isTold: true };
      const cure = "plimsoll acknowledge --cash books it as a deposit or a withdrawal";
      const text = isSmall ? `${reason}: booked as a result` : `${reason}; ${cure}`;
      found.alarms.push({ severity: isSmall ? "flag" : "page", text });
    }
    if (!isSmall) found.claims.push({ source: CASH, level: "NO_NEW_ENTRIES", reason, liftedBy: "itself" });
  }
}

const reportOf = (order: BrokerOrder, event: string) =>
  ({ kind: "report", cause: "poll", event, order }) as const;

function byIds(orders: readonly LocalOrder[]): ReadonlyMap<string, LocalOrder> {
  const known = new Map<string, LocalOrder>();
  for (const order of orders) {
    known.set(order.clientId, order);
    if (order.brokerId !== undefined) known.set(order.brokerId, order);
  }
  return known;
}

/** An earlier link of a chain of replacements. */
const isFormer = ({ id }: BrokerOrder, { brokerId, brokerIds }: LocalOrder): boolean =>
  id !== brokerId && brokerIds?.includes(id) === true;

/** The broker knows more of the order than we do. */
function differsFrom(order: BrokerOrder, own: LocalOrder): boolean {
  return order.filled > own.filled + HALF_NANO_SHARE || (isEnded(order.status) && own.state !== "ended");
}

/** A leg of ours that we know nothing of, though it did something, or less than the broker. */
function isNews(leg: BrokerOrder, known: ReadonlyMap<string, LocalOrder>): boolean {
  const own = known.get(leg.clientId) ?? known.get(leg.id);
  return own === undefined ? leg.filled > 0 : differsFrom(leg, own);
}
