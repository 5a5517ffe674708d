/**
 * The broker as the wire sees it: the pure brokerage behind the exchange's own routes, answering over the virtual
 * network, and doing everything to requests, answers and frames that RELIABILITY 2 A and B list. It sees the truth before
 * anything of it is lost, and asks the door's checker about every request that arrives.
 */
import type { Clock, HttpRequest } from "../../src/adapters/net/ports.ts";
import type { VirtualAnswer, VirtualPeer, VirtualServer } from "../../src/adapters/net/virtual-network.ts";
import type { EpochMicros } from "../../src/domain/time.ts";
import { accountRoutes } from "../../src/exchange/account-routes.ts";
import { type Answer, Refused, type Route } from "../../src/exchange/http-words.ts";
import { orderRoutes } from "../../src/exchange/order-routes.ts";
import { updateJson } from "../../src/exchange/order-wire.ts";
import type { Brokerage } from "../../src/sim/brokerage/brokerage.ts";
import type { TradeUpdate } from "../../src/sim/brokerage/order-view.ts";
import type { AssetTerms } from "../../src/sim/brokerage/terms.ts";
import type { Reach } from "../../src/sim/storm/reach.ts";
import type { FaultDice } from "./fault-dice.ts";
import type { LiveFault } from "./plan.ts";

export interface FrontParts {
  readonly brokerage: Brokerage;
  readonly assets: readonly AssetTerms[];
  readonly clock: Clock;
  readonly dice: FaultDice;
  readonly reach: Reach;
  now(): EpochMicros;
  /** A request has arrived, whatever becomes of it. */
  arrived(method: string, path: string, body: unknown): void;
  /** What really happened, in order, before any of it is told. */
  happened(update: TradeUpdate): void;
  trace(line: () => string): void;
}

const errors = [500, 502, 503, 504] as const;
const LATE_FRAME_MS = 20_000;
const SLOW_MS = 7_000;
const THROTTLE_SECONDS = 20;
const BUDGET = 200;
const WINDOW_MS = 60_000;

interface Listener {
  readonly peer: VirtualPeer;
  listens: boolean;
  /** Open and answering pings, and nothing is told. */
  isSilent: boolean;
}

export class BrokerFront implements VirtualServer {
  readonly #parts: FrontParts;
  readonly #routes: readonly Route[];
  readonly #listeners = new Set<Listener>();
  /** Instants of requests within the last minute. */
  #recent: number[] = [];
  #throttledUntil = 0;
  #events = 0;
  #positions: string | undefined;

  constructor(parts: FrontParts) {
    this.#parts = parts;
    const { brokerage, assets, now } = parts;
    this.#routes = [...orderRoutes(brokerage, now), ...accountRoutes(brokerage, assets, now)];
  }

  handle(request: HttpRequest): VirtualAnswer {
    const { dice, clock, now, trace } = this.#parts;
    if (dice.hits("unreachable")) return "unreachable";
    const url = new URL(request.url);
    const path = decodeURIComponent(url.pathname);
    const body: unknown = request.body === undefined ? undefined : JSON.parse(request.body);
    trace(() => `  > ${request.method} ${path}${url.search} ${request.body ?? ""}`);
    this.#parts.arrived(request.method, path, body);
    const throttled = this.#throttle(clock.now());
    if (throttled !== undefined) return throttled;
    const lost = this.#lostBefore();
    if (lost !== undefined) return lost;
    this.#parts.brokerage.advance(now());
    const answer = this.#answer(request.method, path, url.searchParams, body);
    this.tell();
    const told = this.#disturbed(path, answer);
    trace(() => `  < ${JSON.stringify(told).slice(0, 300)}`);
    return told;
  }

  upgrade(peer: VirtualPeer): number | "mute" | undefined {
    const { dice } = this.#parts;
    if (dice.hits("upgrade_refused")) {
      const verdict = ([406, 429, 503, "mute"] as const)[dice.integer("upgrade_refused", 4)];
      if (verdict !== undefined) return verdict;
    }
    const listener: Listener = { peer, listens: false, isSilent: false };
    this.#listeners.add(listener);
    peer.onMessage = (data) => this.#hear(listener, String(data));
    return undefined;
  }

  /** Everything that happened at the brokerage since the last call, to the checkers and to who listens. */
  tell(): void {
    const { brokerage, happened, trace } = this.#parts;
    for (const update of brokerage.updates.splice(0)) {
      happened(update);
      const { order } = update;
      trace(() => `  @ ${update.event} ${order.clientOrderId} ${order.filledQuantity / 1e9} ${order.status}`);
      this.#stream(update);
    }
  }

  /** Ends every socket; a process that has died keeps none. */
  drop(reason: string): void {
    for (const { peer } of this.#listeners) peer.close(reason);
    this.#listeners.clear();
  }

  /** Once a second: what goes wrong with sockets by itself. */
  second(): void {
    const { dice } = this.#parts;
    if (dice.hits("socket_dropped")) this.drop("dropped");
    for (const listener of this.#listeners) {
      if (dice.hits("socket_half_open")) {
        listener.peer.isMute = true;
        listener.isSilent = true;
      }
      if (dice.hits("socket_mute")) listener.isSilent = true;
    }
  }

  /** What faults have left behind is over: a mute socket is one no longer. */
  heal(): void {
    this.#throttledUntil = 0;
    for (const listener of this.#listeners) {
      listener.isSilent = false;
      listener.peer.isMute = false;
    }
    this.drop("healed");
  }

  #throttle(now: number): VirtualAnswer | undefined {
    const { dice, reach } = this.#parts;
    this.#recent = this.#recent.filter((at) => at > now - WINDOW_MS);
    this.#recent.push(now);
    if (this.#recent.length > 2 * BUDGET) reach.hit("beyond the broker's budget");
    if (dice.hits("throttled"))
      this.#throttledUntil = now + 1000 * dice.integer("throttled", THROTTLE_SECONDS);
    if (now >= this.#throttledUntil) return undefined;
    const withHeaders = dice.integer("throttled", 2) === 0;
    const seconds = String(Math.ceil((this.#throttledUntil - now) / 1000));
    return { status: 429, headers: withHeaders ? { "retry-after": seconds } : {}, body: "too many requests" };
  }

  #lostBefore(): VirtualAnswer | undefined {
    const { dice } = this.#parts;
    if (dice.hits("reset_before")) return "reset";
    if (dice.hits("silence_before")) return "silence";
    return dice.hits("error_before") ? this.#error("error_before") : undefined;
  }

  #answer(method: string, path: string, query: URLSearchParams, body: unknown): Answer {
    for (const route of this.#routes) {
      const match = route.method === method ? route.path.exec(path) : null;
      if (match === null) continue;
      try {
        return route.answer({ method, path, query, body, parts: match.slice(1) }) as Answer;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        const { status, code, message, extra } = error;
        return { status, body: { code, message, ...extra } };
      }
    }
    throw new Error(`the storm's broker has no ${method} ${path}`);
  }

  /** The effect has happened; what of it the asker hears. */
  #disturbed(path: string, { status, body }: Answer): VirtualAnswer {
    const { dice } = this.#parts;
    if (dice.hits("reset_after")) return "reset";
    if (dice.hits("silence_after")) return "silence";
    if (dice.hits("error_after")) return this.#error("error_after");
    let text = body === undefined ? "" : JSON.stringify(body);
    if (path === "/v2/positions") text = this.#stale(text);
    if (text !== "" && dice.hits("garbled_answer"))
      text = text.slice(0, dice.integer("garbled_answer", text.length));
    const delayMs = dice.hits("slow_answer") ? dice.integer("slow_answer", SLOW_MS) : 0;
    return { status, body: text, delayMs, headers: { "content-type": "application/json" } };
  }

  /** Positions as they were when they were asked for before, or none at all (fault 31). */
  #stale(text: string): string {
    const { dice } = this.#parts;
    const before = this.#positions;
    this.#positions = text;
    if (before === undefined || !dice.hits("positions_stale")) return text;
    return dice.integer("positions_stale", 3) === 0 ? "[]" : before;
  }

  #error(kind: LiveFault): VirtualAnswer {
    const status = errors[this.#parts.dice.integer(kind, errors.length)] ?? 500;
    return { status, body: "upstream" };
  }

  #hear(listener: Listener, text: string): void {
    const { action } = JSON.parse(text) as { readonly action: string };
    const { peer } = listener;
    if (action === "authenticate")
      peer.send(JSON.stringify({ stream: "authorization", data: { status: "authorized", action } }));
    else {
      listener.listens = true;
      peer.send(JSON.stringify({ stream: "listening", data: { streams: ["trade_updates"] } }));
    }
  }

  #stream(update: TradeUpdate): void {
    const { dice, clock } = this.#parts;
    this.#events += 1;
    const data = updateJson(update, String(this.#events).padStart(12, "0"));
    const text = JSON.stringify({ stream: "trade_updates", data });
    const isFill = update.event === "fill" || update.event === "partial_fill";
    for (const { peer, listens, isSilent } of this.#listeners) {
      if (!listens || isSilent) continue;
      if (dice.hits("frame_lost") || (isFill && dice.hits("fill_lost"))) continue;
      const send = (frame: string) => peer.send(new TextEncoder().encode(frame));
      if (dice.hits("frame_corrupt")) {
        const kind = dice.integer("frame_corrupt", 3);
        if (kind === 0) send(JSON.stringify({ stream: "trade_updates", data: null }));
        else send(kind === 1 ? text.slice(0, text.length >> 1) : unreadable(text));
        continue;
      }
      if (dice.hits("frame_late")) clock.timer(dice.integer("frame_late", LATE_FRAME_MS), () => send(text));
      else send(text);
      if (dice.hits("frame_duplicate"))
        clock.timer(dice.integer("frame_duplicate", LATE_FRAME_MS), () => send(text));
    }
  }
}

/** An update whose order still has its id and nothing else that can be read. */
const unreadable = (text: string): string => text.replace(/"filled_qty":"[^"]*"/, '"filled_qty":{}');
