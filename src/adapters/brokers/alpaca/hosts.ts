/** Where Alpaca lives in each mode. The demo's exchange runs on this machine and speaks the same protocol. */

/** Origins without a path: `https://...` for requests, `wss://...` for streams. */
export interface AlpacaHosts {
  readonly trading: string;
  readonly tradingStream: string;
  readonly data: string;
  readonly dataStream: string;
}

export type AlpacaMode = "demo" | "paper" | "live";

const DATA = { data: "https://data.alpaca.markets", dataStream: "wss://stream.data.alpaca.markets" } as const;

export const paperHosts: AlpacaHosts = {
  trading: "https://paper-api.alpaca.markets",
  tradingStream: "wss://paper-api.alpaca.markets",
  ...DATA,
};

export const liveHosts: AlpacaHosts = {
  trading: "https://api.alpaca.markets",
  tradingStream: "wss://api.alpaca.markets",
  ...DATA,
};

/** One server for everything, as `http://127.0.0.1:4100`. */
export function demoHosts(origin: string): AlpacaHosts {
  const socket = origin.replace(/^http/, "ws");
  return { trading: origin, tradingStream: socket, data: origin, dataStream: socket };
}
