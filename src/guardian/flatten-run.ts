/**
 * The guardian's flatten, round by round: read the broker, cancel, close, verify, until everything is proven flat
 * (RELIABILITY 1.4). It never gives up and never spins; each round starts from what the broker shows, so that a kill
 * between any two lines changes nothing.
 */
import type { FlattenLine } from "../domain/guardian-beat.ts";
import { type EpochMicros, MICROS_PER_SECOND } from "../domain/time.ts";
import { addingOrders, closeOrder, planRound, type RoundPlan, type RoundView } from "./flatten-plan.ts";
import type { FlattenBegun, GuardianJournal, OpenFlatten } from "./journal.ts";
import type { CloseOrder, GuardianAlert, GuardianBroker, SeenOrder, SeenPosition } from "./ports.ts";

export interface FlattenPorts {
  readonly broker: GuardianBroker;
  readonly journal: GuardianJournal;
  readonly alert: (alert: GuardianAlert) => void;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Since the session's open, milliseconds of the exchange's clock; undefined outside regular hours. */
  readonly sinceOpenMs: (at: EpochMicros) => number | undefined;
}

export interface RoundResult {
  readonly outcome: "going" | "holding" | "flat" | "withdrawn";
  /** Until the next round is due. */
  readonly waitMs: number;
}

const WAIT_MAX_MS = 30_000;
const HOLD_MS = 5000;
const VERIFY_MS = 1000;
const NOT_FLAT_MS = 60_000;
const HOUR_MS = 3_600_000;
const ATTEMPTS_PER_HOUR = 50;
/** After so many refusals of one cancel for all, orders are cancelled one by one, as each later round does. */
const CANCEL_ALL_TRIES = 3;
/** A flatten that met a closed market waits for the opening prints to pass. */
const AFTER_OPEN_MS = 60_000;

export class FlattenRun {
  readonly begun: FlattenBegun;
  readonly #ports: FlattenPorts;
  /** Of each position when it was first seen. */
  readonly #signs: Map<string, number>;
  /** Attempts known to exist although the broker's list does not show them. */
  readonly #floor = new Map<string, number>();
  readonly #sentAt = new Map<string, readonly number[]>();
  readonly #since: number;
  #hasClosed = false;
  #cancelTries = 0;
  #wasClosed = false;
  #flatAt = Number.NaN;
  #picture = "";
  #waitMs = 0;
  line: FlattenLine = "enter";

  constructor(ports: FlattenPorts, flatten: OpenFlatten) {
    this.#ports = ports;
    this.begun = flatten.begun;
    this.#signs = new Map(flatten.signs);
    this.#since = ports.now();
  }

  /** Whether the cause still stands is asked until the first closing order leaves. */
  async round(isStillNeeded: () => boolean): Promise<RoundResult> {
    const view = await this.#look();
    if (view === undefined) return { outcome: "going", waitMs: this.#longer() };
    if (this.#isProvenFlat(view)) return this.#end("flat");
    this.#pageWhenLate(view);
    if (!this.#hasClosed && !isStillNeeded()) return this.#end("withdrawn");
    // What protects a position that stays open stays with it.
    if (this.begun.does === "cancel") {
      await this.#cancel(addingOrders(view.positions, view.orders));
      return { outcome: "going", waitMs: this.#wait(view) };
    }
    if (view.isOpen && this.#cancelTries < CANCEL_ALL_TRIES) {
      this.line = "cancel";
      const isTaken = await this.#ports.broker.cancelAll();
      this.#cancelTries = isTaken ? CANCEL_ALL_TRIES : this.#cancelTries + 1;
      return { outcome: "going", waitMs: VERIFY_MS };
    }
    const plan = planRound(view, this.begun.haltId, this.#signs);
    for (const symbol of plan.flipped)
      this.#alert(
        "sign-flipped",
        `flip ${symbol}`,
        `${symbol} has changed its sign: it is left alone, look at it`,
      );
    await this.#cancel(plan.cancels);
    if (await this.#close(plan, view, isStillNeeded)) return this.#end("withdrawn");
    if (!view.isOpen && view.positions.length > 0) return this.#hold();
    return { outcome: "going", waitMs: this.#wait(view) };
  }

  async #look(): Promise<RoundView | undefined> {
    const { broker, sinceOpenMs } = this.#ports;
    try {
      const [clock, positions, orders] = await Promise.all([
        broker.clock(),
        broker.positions(),
        broker.openOrders(),
      ]);
      // The broker's word decides: a session that our calendar does not know is one all the same.
      const openMs = clock.isOpen ? (sinceOpenMs(clock.at) ?? AFTER_OPEN_MS) : undefined;
      if (openMs === undefined) this.#wasClosed = true;
      const isOpen = openMs !== undefined && (!this.#wasClosed || openMs >= AFTER_OPEN_MS);
      this.#remember(positions);
      return { at: clock.at, isOpen, positions, orders };
    } catch (error) {
      this.#flatAt = Number.NaN;
      const text = error instanceof Error ? error.message : String(error);
      this.#alert("broker-silent", "broker silent", `flattening, and the broker does not answer: ${text}`);
      return undefined;
    }
  }

  #remember(positions: readonly SeenPosition[]): void {
    for (const { symbol, shares } of positions) {
      if (this.#signs.has(symbol)) continue;
      this.#ports.journal.append({ kind: "seen", haltId: this.begun.haltId, symbol, shares });
      this.#signs.set(symbol, Math.sign(shares));
    }
  }

  /** Two looks at least a second apart: one empty answer proves nothing. */
  #isProvenFlat({ positions, orders }: RoundView): boolean {
    const isFlat =
      this.begun.does === "cancel"
        ? addingOrders(positions, orders).length === 0
        : orders.length === 0 && positions.length === 0;
    if (!isFlat) {
      this.#flatAt = Number.NaN;
      return false;
    }
    this.line = "verify";
    const now = this.#ports.now();
    if (Number.isNaN(this.#flatAt)) this.#flatAt = now;
    return now - this.#flatAt >= VERIFY_MS;
  }

  async #cancel(orders: readonly SeenOrder[]): Promise<void> {
    if (orders.length > 0) this.line = "cancel";
    await Promise.all(orders.map(({ id }) => this.#ports.broker.cancel(id)));
  }

  /** True when the cause went away before anything was closed. */
  async #close({ closes }: RoundPlan, view: RoundView, isStillNeeded: () => boolean): Promise<boolean> {
    if (closes.length === 0) return false;
    this.line = "close";
    const { broker } = this.#ports;
    const since = (this.begun.at - 60 * MICROS_PER_SECOND) as EpochMicros;
    // Without the list attempts begin anew: an id that exists is refused by the broker, and the next one is tried.
    const known = await broker.attempts(this.begun.haltId, since).catch(() => new Map<string, number>());
    const quotes = await broker.quotes(closes.map(({ symbol }) => symbol));
    for (const position of closes) {
      const { symbol } = position;
      if (!this.#mayTry(symbol)) continue;
      if (!this.#hasClosed && !isStillNeeded()) return true;
      const attempt = Math.max(known.get(symbol) ?? 0, this.#floor.get(symbol) ?? 0) + 1;
      const quote = quotes.get(symbol);
      await this.#send(closeOrder(position, this.begun.haltId, attempt, { at: view.at, quote }), attempt);
    }
    return false;
  }

  async #send(order: CloseOrder, attempt: number): Promise<void> {
    const { journal, broker, now } = this.#ports;
    const { haltId } = this.begun;
    const { clientId, symbol, shares, limit } = order;
    this.#hasClosed = true;
    this.#sentAt.set(symbol, [...(this.#sentAt.get(symbol) ?? []), now()]);
    journal.append({ kind: "close", haltId, clientId, shares, ...(limit === undefined ? {} : { limit }) });
    const { result, text } = await broker.close(order);
    // The id is taken: by us before a crash, or by the engine. Its order, if it works, shows in the next look.
    if (result === "duplicate") this.#floor.set(symbol, attempt);
    if (result === "refused")
      this.#alert("close-refused", `refused ${symbol}`, `${symbol}: close refused: ${text}`);
  }

  #mayTry(symbol: string): boolean {
    const now = this.#ports.now();
    const recent = (this.#sentAt.get(symbol) ?? []).filter((at) => now - at < HOUR_MS);
    this.#sentAt.set(symbol, recent);
    if (recent.length < ATTEMPTS_PER_HOUR) return true;
    this.#alert(
      "attempts-spent",
      `spent ${symbol}`,
      `${symbol}: ${ATTEMPTS_PER_HOUR} attempts within an hour, still open`,
    );
    return false;
  }

  #hold(): RoundResult {
    this.#alert(
      "market-closed",
      "market closed",
      "positions are to be closed and the market is shut: held till it opens",
    );
    return { outcome: "holding", waitMs: HOLD_MS };
  }

  #pageWhenLate({ positions, orders, isOpen }: RoundView): void {
    const lateMs = this.#ports.now() - this.#since;
    if (!isOpen || lateMs < NOT_FLAT_MS) return;
    const left = `${positions.length} positions and ${orders.length} orders`;
    this.#alert("not-flat", "not flat", `not flat after ${Math.floor(lateMs / 1000)} s: ${left} left`);
  }

  #end(how: "flat" | "withdrawn"): RoundResult {
    const { journal } = this.#ports;
    this.line = "notify";
    journal.append({ kind: "ended", haltId: this.begun.haltId, how });
    if (how === "flat") this.#alert("flat", "flat", `flat: ${this.begun.reason}`);
    else
      this.#alert("flatten-withdrawn", "withdrawn", `withdrawn before the first close: ${this.begun.reason}`);
    return { outcome: how, waitMs: 0 };
  }

  /** One second while anything moves, then 2, 4 ... 30. */
  #wait({ positions, orders }: RoundView): number {
    const picture = JSON.stringify([positions.map(({ symbol, shares }) => [symbol, shares]), orders]);
    const hasMoved = picture !== this.#picture;
    this.#picture = picture;
    if (hasMoved || !Number.isNaN(this.#flatAt)) this.#waitMs = 0;
    return this.#longer();
  }

  #longer(): number {
    this.#waitMs = Math.min(Math.max(1000, 2 * this.#waitMs), WAIT_MAX_MS);
    return this.#waitMs;
  }

  #alert(code: GuardianAlert["code"], key: string, text: string): void {
    const { haltId } = this.begun;
    this.#ports.alert({ severity: "critical", code, key: `${haltId} ${key}`, text });
  }
}
