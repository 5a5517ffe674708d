/** A data stream's server for tests: follows the protocol, refuses and drops when it is told to, speaks msgpack. */
import { decode, EXT_TIMESTAMP, ExtensionCodec, encode, encodeTimeSpecToTimestamp } from "@msgpack/msgpack";
import {
  AlpacaDataStream,
  type DataStreamOptions,
  type FeedGap,
} from "../src/adapters/feeds/alpaca/data-stream.ts";
import type { FeedRecord } from "../src/adapters/feeds/alpaca/records.ts";
import { Counts } from "../src/adapters/net/counts.ts";
import { VirtualClock } from "../src/adapters/net/virtual-clock.ts";
import {
  type VirtualAnswer,
  VirtualNetwork,
  type VirtualPeer,
  type VirtualServer,
} from "../src/adapters/net/virtual-network.ts";
import { CANARY_KEY, CANARY_SECRET, credentials } from "./alpaca-conversation.ts";

/** An instant on its way into a frame. */
export class Nanos {
  readonly sec: number;
  readonly nsec: number;
  constructor(sec: number, nsec: number) {
    this.sec = sec;
    this.nsec = nsec;
  }
}

const codec = new ExtensionCodec();
codec.register({
  type: EXT_TIMESTAMP,
  encode: (value) => (value instanceof Nanos ? encodeTimeSpecToTimestamp(value) : null),
  decode: () => null,
});

export const frameOf = (...messages: readonly object[]): Uint8Array =>
  encode(messages, { extensionCodec: codec, useBigInt64: true });

type Lists = Record<string, string[]>;
const channels = ["trades", "quotes", "bars", "updatedBars", "dailyBars", "statuses", "lulds"];

export class FeedPlayer implements VirtualServer {
  readonly peers: VirtualPeer[] = [];
  /** Everything that clients said, without the keys. */
  readonly heard: Record<string, unknown>[] = [];
  readonly upgrades: (number | "mute")[] = [];
  /** Symbols on trades and quotes together, as the plan without payment limits them. */
  limit = Number.POSITIVE_INFINITY;
  /** A subscribe that names one of them is refused as a whole. */
  readonly poison = new Set<string>();
  /** Taken and never acknowledged. */
  readonly ignored = new Set<string>();
  /** The answer to the authentication; undefined is none. */
  authentication: object | undefined = { T: "success", msg: "authenticated" };
  isWelcoming = true;
  isAnswering = true;
  #set: Lists = {};

  handle(): VirtualAnswer {
    return "unreachable";
  }

  upgrade(peer: VirtualPeer): number | "mute" | undefined {
    const verdict = this.upgrades.shift();
    if (verdict !== undefined) return verdict;
    this.peers.push(peer);
    this.#set = {};
    peer.onMessage = (data) => this.#hear(peer, decode(data as Uint8Array) as Record<string, unknown>);
    if (this.isWelcoming) peer.send(frameOf({ T: "success", msg: "connected" }));
    return undefined;
  }

  say(...messages: readonly object[]): void {
    this.peers.at(-1)?.send(frameOf(...messages));
  }

  /** What the present connection is subscribed to. */
  get set(): Lists {
    return this.#set;
  }

  #hear(peer: VirtualPeer, message: Record<string, unknown>): void {
    const { key, secret, ...rest } = message;
    this.heard.push(rest);
    if (message.action === "auth") {
      const isRight = key === CANARY_KEY && secret === CANARY_SECRET;
      const answer = isRight ? this.authentication : { T: "error", code: 402, msg: "auth failed" };
      if (answer !== undefined) peer.send(frameOf(answer));
      return;
    }
    if (!this.isAnswering) return;
    const next = this.#changed(message);
    const refusal = this.#refusal(message, next);
    if (refusal !== undefined) {
      peer.send(frameOf(refusal));
      return;
    }
    this.#set = next;
    const lists = channels.map((name) => [name, next[name] ?? []]);
    peer.send(
      frameOf({ T: "subscription", ...Object.fromEntries(lists), corrections: [], cancelErrors: [] }),
    );
  }

  #changed(message: Record<string, unknown>): Lists {
    const next: Lists = {};
    for (const name of channels) {
      const given = new Set((message[name] ?? []) as string[]);
      const present = this.#set[name] ?? [];
      next[name] =
        message.action === "subscribe"
          ? [...new Set([...present, ...given])].filter((symbol) => !this.ignored.has(symbol))
          : present.filter((symbol) => !given.has(symbol));
    }
    return next;
  }

  #refusal(message: Record<string, unknown>, next: Lists): object | undefined {
    const named = channels.flatMap((name) => (message[name] ?? []) as string[]);
    if (named.some((symbol) => this.poison.has(symbol)))
      return { T: "error", code: 400, msg: "invalid syntax" };
    const size = (next.trades?.length ?? 0) + (next.quotes?.length ?? 0);
    return size > this.limit ? { T: "error", code: 405, msg: "symbol limit exceeded" } : undefined;
  }
}

export interface FeedWorld {
  readonly stream: AlpacaDataStream;
  readonly player: FeedPlayer;
  readonly clock: VirtualClock;
  readonly records: FeedRecord[];
  readonly gaps: FeedGap[];
  readonly refused: string[];
  /** States of the line, and what ended it for good. */
  readonly lines: string[];
  readonly logs: string[];
  readonly counts: Counts;
}

export function feedWorld(player = new FeedPlayer(), given: Partial<DataStreamOptions> = {}): FeedWorld {
  const clock = new VirtualClock(8);
  const transport = new VirtualNetwork({ clock, latencyMs: 5, server: player });
  const world = { records: [], gaps: [], refused: [], lines: [], logs: [] } as Pick<
    FeedWorld,
    "records" | "gaps" | "refused" | "lines" | "logs"
  >;
  const counts = new Counts();
  const stream = new AlpacaDataStream({
    clock,
    transport,
    credentials,
    origin: "wss://stream.data.alpaca.markets",
    path: "v2/iex",
    seed: 7,
    counts,
    log: (line) => world.logs.push(line),
    exposed: () => false,
    onRecord: (record) => world.records.push(record),
    onLine: (state) => world.lines.push(state),
    onGap: (gap) => world.gaps.push(gap),
    onPulse: () => undefined,
    onMessage: () => undefined,
    onRefused: ({ channel, symbol }, reason) => world.refused.push(`${channel} ${symbol}: ${reason}`),
    onTerminal: (reason) => world.lines.push(`terminal ${reason}`),
    ...given,
  });
  return { ...world, stream, player, clock, counts };
}
