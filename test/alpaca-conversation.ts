/**
 * Plays a recorded conversation with Alpaca over the virtual network: each request takes the first exchange that fits
 * and was not used; what fits none is answered with 599 and noted. The stream authorises whoever asks.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AlpacaBroker, type AlpacaBrokerOptions } from "../src/adapters/brokers/alpaca/broker.ts";
import { paperHosts } from "../src/adapters/brokers/alpaca/hosts.ts";
import { Secret } from "../src/adapters/brokers/alpaca/secret.ts";
import { Counts } from "../src/adapters/net/counts.ts";
import type { HttpRequest } from "../src/adapters/net/ports.ts";
import { VirtualClock } from "../src/adapters/net/virtual-clock.ts";
import {
  type VirtualAnswer,
  VirtualNetwork,
  type VirtualPeer,
  type VirtualServer,
} from "../src/adapters/net/virtual-network.ts";
import type { BrokerNews } from "../src/domain/broker.ts";
import { dayNumber, type EpochMicros, startOfDay } from "../src/domain/time.ts";

export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Fields that the request's body must have. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly answer:
    | "silence"
    | "reset"
    | "unreachable"
    | {
        readonly status: number;
        readonly body?: unknown;
        readonly text?: string;
        readonly headers?: Readonly<Record<string, string>>;
        readonly delayMs?: number;
      };
  /** Frames that the stream sends after it. */
  readonly then?: readonly unknown[];
}

export interface Conversation {
  readonly exchanges: readonly Exchange[];
  readonly trades: readonly (readonly unknown[])[];
}

export const CANARY_KEY = "PKCANARYKEYID0000001";
export const CANARY_SECRET = "canary/secret+that/must/never/be/printed01";
export const credentials = { keyId: new Secret(CANARY_KEY), secretKey: new Secret(CANARY_SECRET) };

const FIXTURES = join(import.meta.dirname, "..", "fixtures", "alpaca");
export const readConversation = (name: string): Conversation =>
  JSON.parse(readFileSync(join(FIXTURES, `${name}.json`), "utf8")) as Conversation;

export class AlpacaPlayer implements VirtualServer {
  readonly requests: HttpRequest[] = [];
  readonly unexpected: string[] = [];
  readonly peers: VirtualPeer[] = [];
  /** How the next upgrades are answered; then they are accepted. */
  readonly upgrades: (number | "mute" | "accept")[] = [];
  /** What the stream says to frames; a test may replace it. */
  onFrame: (peer: VirtualPeer, message: { action: string }) => void = authorise;
  readonly #open: Exchange[];
  readonly #trades: (readonly unknown[])[];

  constructor({ exchanges, trades }: Conversation = { exchanges: [], trades: [] }) {
    this.#open = [...exchanges];
    this.#trades = [...trades];
  }

  handle(request: HttpRequest): VirtualAnswer {
    this.requests.push(request);
    const at = this.#open.findIndex((exchange) => fits(exchange, request));
    const exchange = this.#open[at];
    if (exchange === undefined) {
      this.unexpected.push(`${request.method} ${request.url} ${request.body ?? ""}`);
      return { status: 599, body: "no such exchange" };
    }
    this.#open.splice(at, 1);
    const { answer } = exchange;
    if (answer !== "unreachable") for (const frame of exchange.then ?? []) this.stream(frame);
    if (typeof answer === "string") return answer;
    const { status, headers = {}, delayMs = 0 } = answer;
    const body = answer.text ?? (answer.body === undefined ? "" : JSON.stringify(answer.body));
    return { status, headers, delayMs, body };
  }

  upgrade(peer: VirtualPeer): number | "mute" | undefined {
    const verdict = this.upgrades.shift() ?? "accept";
    if (verdict !== "accept") return verdict;
    this.peers.push(peer);
    peer.onMessage = (data) => this.onFrame(peer, JSON.parse(String(data)) as { action: string });
    return undefined;
  }

  stream(frame: unknown): void {
    this.peers.at(-1)?.send(new TextEncoder().encode(JSON.stringify(frame)));
  }

  trade(): void {
    for (const frame of this.#trades.shift() ?? []) this.stream(frame);
  }
}

function authorise(peer: VirtualPeer, { action }: { action: string }): void {
  const data = action === "authenticate" ? { status: "authorized", action } : { streams: ["trade_updates"] };
  const stream = action === "authenticate" ? "authorization" : "listening";
  peer.send(JSON.stringify({ stream, data }));
}

function fits({ method, path, query = {}, body = {} }: Exchange, request: HttpRequest): boolean {
  const url = new URL(request.url);
  const given = request.body === undefined ? {} : (JSON.parse(request.body) as Record<string, unknown>);
  return (
    request.method === method &&
    decodeURIComponent(url.pathname) === path &&
    Object.entries(query).every(([name, value]) => url.searchParams.get(name) === value) &&
    Object.entries(body).every(([name, value]) => given[name] === value)
  );
}

/** The instant at which the recorded conversations begin. */
export const recordedAt = (startOfDay(dayNumber(2026, 3, 2)) + 14.5 * 3_600_000_000) as EpochMicros;

export interface Talk {
  readonly broker: AlpacaBroker;
  readonly player: AlpacaPlayer;
  readonly clock: VirtualClock;
  readonly news: BrokerNews[];
  readonly lines: string[];
  readonly counts: Counts;
}

export function talk(
  player: AlpacaPlayer,
  given: Partial<AlpacaBrokerOptions> & { readonly turns?: number } = {},
): Talk {
  const clock = new VirtualClock(given.turns);
  const transport = new VirtualNetwork({ clock, latencyMs: 5, server: player });
  const news: BrokerNews[] = [];
  const lines: string[] = [];
  const counts = new Counts();
  const broker = new AlpacaBroker({
    clock,
    transport,
    credentials,
    hosts: paperHosts,
    seed: 7,
    exchangeNow: () => (recordedAt + clock.now() * 1000) as EpochMicros,
    exposed: () => false,
    onNews: (entry) => news.push(entry),
    onPulse: () => undefined,
    onTerminal: (reason) => lines.push(`terminal: ${reason}`),
    log: (line) => lines.push(line),
    counts,
    ...given,
  });
  return { broker, player, clock, news, lines, counts };
}
