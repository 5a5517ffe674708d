/**
 * Compares positions with the broker's, and judges what differs (RELIABILITY 3.4). The broker is right, and one look is
 * no proof (I-24): a difference must stand, unchanged, for a while before it is booked. Used by the reconciler alone.
 *
 * PC-1  Nothing is booked while an order of ours in the symbol may explain it: one whose fate is unknown, or of which
 *       something was heard a moment ago, or is being found out.
 * PC-2  What the broker has less of is taken out of our books after the orders that would sell it too are gone.
 * PC-4  A count that changed as by a split, with no money moved, is nobody's trade: it is restated once the broker's
 *       price says so, too, and locked until an operator has looked (C-49).
 * PC-3  A position of the other side bars all entries at once: whoever believes the wrong sign doubles what it closes.
 */
import { type BrokerLook, type BrokerPosition, isEnded } from "../domain/broker.ts";
import { HALF_NANO_SHARE } from "../domain/money.ts";
import type { Instants } from "./instants.ts";
import {
  type LocalBooks,
  type LocalPosition,
  type ReconcileTerms,
  type Reconciliation,
  reconcileTerms,
} from "./reconciliation-facts.ts";
import { unannouncedSplit } from "./unannounced-split.ts";

const SIGN = "position_sign";

interface Compared {
  readonly symbol: string;
  /** Signed shares at the broker, and in our books. */
  readonly held: number;
  readonly believed: number;
  readonly own: LocalPosition | undefined;
  readonly their: BrokerPosition | undefined;
}

interface Standing {
  readonly shares: number;
  readonly sinceMs: number;
}

export class PositionCheck {
  readonly #terms: ReconcileTerms;
  /** Differences that were seen and not booked, by symbol. */
  readonly #standing = new Map<string, Standing>();
  /** Symbols that were locked because of a difference. */
  readonly #locked = new Set<string>();
  /** Signed shares that somebody chose to leave alone (RUN-7). */
  readonly #ignored = new Map<string, number>();
  readonly #trades = new Set<string>();

  constructor(terms: ReconcileTerms) {
    this.#terms = terms;
  }

  /** So many shares of the broker's are not ours and never will be. */
  ignore(symbol: string, shares: number): void {
    this.#ignored.set(symbol, shares);
  }

  /** Somebody has looked: its difference is a trade, whatever it looks like. */
  asTrade(symbol: string): void {
    this.#trades.add(symbol);
  }

  locks(symbol: string): boolean {
    return this.#locked.has(symbol);
  }

  /** `busy`: symbols in which something is being found out. */
  compare(
    look: BrokerLook,
    local: LocalBooks,
    busy: ReadonlySet<string>,
    now: Instants,
    found: Reconciliation,
  ): void {
    const theirs = new Map(look.positions.map((position) => [position.symbol, position]));
    const ours = new Map(local.positions.map((position) => [position.symbol, position]));
    let hasWrongSide = false;
    for (const symbol of new Set([...ours.keys(), ...theirs.keys()])) {
      const [own, their] = [ours.get(symbol), theirs.get(symbol)];
      const held = (their?.shares ?? 0) - (this.#ignored.get(symbol) ?? 0);
      const believed = own?.shares ?? 0;
      const differs = Math.abs(held - believed) >= HALF_NANO_SHARE;
      if (local.restating.has(symbol)) {
        found.clean = false;
        this.#lock(symbol, "a corporate action of today is not booked yet", found);
      } else if (!differs) this.#agree(symbol, own, their, found);
      else {
        found.clean = false;
        hasWrongSide ||= held * believed < 0;
        if (busy.has(symbol) || this.#mayBeExplained(symbol, own, local, now)) this.#standing.delete(symbol);
        else this.#differ({ symbol, held, believed, own, their }, look, local, now, found);
      }
    }
    if (!hasWrongSide) found.lifts.push(SIGN);
    else {
      const reason = "the broker holds a position of the other side";
      found.claims.push({ source: SIGN, level: "NO_NEW_ENTRIES", reason, liftedBy: "itself" });
    }
  }

  #mayBeExplained(
    symbol: string,
    own: LocalPosition | undefined,
    { orders }: LocalBooks,
    { ms }: Instants,
  ): boolean {
    if (own !== undefined && ms - own.heardMs < this.#terms.graceMs) return true;
    return orders.some(
      (order) =>
        order.symbol === symbol && (order.state === "unknown" || ms - order.heardMs < this.#terms.graceMs),
    );
  }

  #agree(
    symbol: string,
    own: LocalPosition | undefined,
    their: BrokerPosition | undefined,
    { agreed, alarms, unlocks }: Reconciliation,
  ): void {
    agreed.push(symbol);
    this.#trades.delete(symbol);
    this.#standing.delete(symbol);
    if (this.#locked.delete(symbol)) unlocks.push(symbol);
    if (own?.averageEntry === undefined || their === undefined || own.external !== 0 || own.shares === 0)
      return;
    const apart = Math.abs(their.averageEntry / own.averageEntry - 1);
    if (apart > this.#terms.averagePrice) {
      const prices = `${own.averageEntry} in our books, ${their.averageEntry} at the broker`;
      alarms.push({ severity: "flag", text: `${symbol}: average price ${prices}` });
    }
  }

  #differ(
    what: Compared,
    look: BrokerLook,
    local: LocalBooks,
    { ms }: Instants,
    found: Reconciliation,
  ): void {
    const { symbol, held, believed, own, their } = what;
    const shares = held - believed;
    const standing = this.#standing.get(symbol);
    if (standing === undefined || Math.abs(standing.shares - shares) >= HALF_NANO_SHARE) {
      this.#standing.set(symbol, { shares, sinceMs: ms });
      return;
    }
    if (ms - standing.sinceMs < this.#terms.persistMs) return;
    const counts = `${held} shares at the broker, ${believed} in our books`;
    this.#lock(symbol, counts, found);
    if (this.#isSplit(what, look, local, ms - standing.sinceMs, found)) return;
    const isLess = shares * believed < 0;
    // PC-2. Orders that the look shows working, whatever our books say of them.
    const working = new Set(
      look.orders.filter(({ status }) => !isEnded(status)).map(({ clientId }) => clientId),
    );
    const inTheWay = local.orders.filter(
      (order) =>
        order.symbol === symbol &&
        order.reduces &&
        (order.state === "working" || working.has(order.clientId)),
    );
    if (isLess && inTheWay.length > 0) {
      found.cancels.push(...inTheWay.map(({ clientId }) => clientId));
      return;
    }
    const kind = held * believed < 0 ? "turned" : held === 0 ? "closed" : isLess ? "smaller" : "larger";
    const reason = `position ${kind} by somebody else: ${counts}`;
    const price = priceOf(what, shares, look, local);
    if (!(price > 0)) {
      found.alarms.push({
        severity: "page",
        text: `${symbol}: ${reason}; nobody names a price, book it by hand`,
      });
      return;
    }
    const id = `x-${symbol}-${(own?.adjustments ?? 0) + 1}-${Math.round(shares * 1e9)}`;
    found.adjustments.push({ symbol, shares, price, reason, id });
    found.alarms.push({ severity: "page", text: `${symbol}: ${reason}` });
    this.#standing.delete(symbol);
    if (held * believed >= 0 || their === undefined) return;
    found.claims.push({
      source: SIGN,
      level: "NO_NEW_ENTRIES",
      reason: `${symbol}: ${reason}`,
      liftedBy: "operator",
    });
  }

  /** PC-4. True when the difference is not to be booked as a trade. */
  #isSplit(
    what: Compared,
    look: BrokerLook,
    local: LocalBooks,
    standsMs: number,
    found: Reconciliation,
  ): boolean {
    const { symbol, held, believed, own, their } = what;
    const shares = held - believed;
    if (this.#trades.has(symbol)) return false;
    if (!Number.isNaN(foreignPrice(symbol, shares, look, local))) return false;
    const [{ account }, { cash }] = [look, local];
    const prices = { price: own?.price ?? Number.NaN, theirPrice: their?.price ?? Number.NaN };
    const split = unannouncedSplit({ held, believed, ...prices, cashAhead: account.cash - cash });
    if (split === undefined || (split.waits && standsMs >= this.#terms.splitMs)) return false;
    // At a start a difference need not stand for long; what looks like a split must: its cash may be on the way.
    if (split.waits || standsMs < reconcileTerms.persistMs) return true;
    const { newShares, oldShares } = split.ratio;
    found.splits.push({ symbol, ratio: split.ratio });
    this.#standing.delete(symbol);
    const text =
      `${symbol}: ${held} shares at the broker, ${believed} in our books, no money moved and the price is ` +
      `${prices.theirPrice} after ${prices.price}: taken for a split ${newShares} for ${oldShares} that nobody ` +
      `announced; compare with the broker, then: plimsoll acknowledge ${symbol}`;
    found.alarms.push({ severity: "page", text });
    return true;
  }

  #lock(symbol: string, reason: string, { locks }: Reconciliation): void {
    if (this.#locked.has(symbol)) return;
    this.#locked.add(symbol);
    locks.push({ symbol, reason });
  }
}

/**
 * What the difference was traded at, as far as anybody knows: fills of orders that are not in our books, the guardian's
 * among them though their names are ours; the mean; the last price.
 */
function priceOf(what: Compared, shares: number, { fills, orders }: BrokerLook, local: LocalBooks): number {
  const { symbol, held, believed, own, their } = what;
  const traded = foreignPrice(symbol, shares, { fills, orders }, local);
  if (!Number.isNaN(traded)) return traded;
  const last = their?.price ?? own?.price ?? Number.NaN;
  if (their === undefined || shares * believed < 0) return last;
  if (believed === 0) return their.averageEntry;
  const mean = (held * their.averageEntry - believed * (own?.averageEntry ?? Number.NaN)) / shares;
  // Two means of different rounding may imply nonsense.
  return mean > 0.5 * last && mean < 2 * last ? mean : last;
}

/** Of fills that are not in our books and are the difference, dollars per share; NaN when none are. */
function foreignPrice(
  symbol: string,
  shares: number,
  { fills, orders }: Pick<BrokerLook, "fills" | "orders">,
  local: LocalBooks,
): number {
  const known = new Set(local.orders.map(({ clientId }) => clientId));
  const ours = new Set(orders.filter(({ clientId }) => known.has(clientId)).map(({ id }) => id));
  const told = new Map([...(local.strangeFills ?? []), ...fills].map((fill) => [fill.id, fill]));
  const foreign = [...told.values()].filter(
    (fill) => fill.symbol === symbol && fill.side * shares > 0 && !ours.has(fill.order),
  );
  const traded = foreign.reduce((sum, fill) => sum + fill.shares, 0);
  if (Math.abs(traded - Math.abs(shares)) < HALF_NANO_SHARE)
    return foreign.reduce((sum, fill) => sum + fill.shares * fill.price, 0) / traded;
  return Number.NaN;
}
