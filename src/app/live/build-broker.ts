/** The broker of a run, with the real network behind it: what it tells goes to whom it concerns. */
import { join } from "node:path";
import { AlpacaBroker, type AlpacaBrokerOptions } from "../../adapters/brokers/alpaca/broker.ts";
import {
  type AlpacaCredentials,
  readCredentials,
  requireAgreement,
} from "../../adapters/brokers/alpaca/credentials.ts";
import { Counts } from "../../adapters/net/counts.ts";
import { RealTransport } from "../../adapters/net/real-transport.ts";
import { InputError } from "../../domain/assert.ts";
import type { ExecuteGauges } from "./execute-gauges.ts";
import type { StageContext } from "./stage-context.ts";

export interface BrokerEars
  extends Pick<AlpacaBrokerOptions, "exposed" | "barred" | "onNews" | "onPulse" | "onTerminal"> {
  readonly onRoundTrip: (ms: number) => void;
  /** Counts what passes. */
  readonly gauges: Pick<ExecuteGauges, "answered" | "updates">;
}

/** The twin limits by its own clock, which runs faster. */
const DEMO_REQUESTS_PER_MINUTE = 12_000;

/** Throws InputError (exit 1) when there is no key, or one of another kind than the run's mode. */
export function keyOf({ terms, places }: StageContext): AlpacaCredentials {
  const credentials = readCredentials(process.env, join(places.root, ".env"));
  if (credentials === undefined) throw new InputError("execute: no ALPACA_API_KEY; give it its keys", 1);
  requireAgreement(credentials, { ...terms.hosts, dataStream: terms.hosts.stream }, terms.mode);
  return credentials;
}

export function brokerOf(
  { terms, clock, log, now }: StageContext,
  credentials: AlpacaCredentials,
  { gauges, ...ears }: BrokerEars,
): AlpacaBroker {
  return new AlpacaBroker({
    ...ears,
    onPulse: (rttMs) => {
      gauges.updates.pulse(rttMs);
      ears.onPulse(rttMs);
    },
    onRoundTrip: (ms, asked, status) => {
      gauges.answered(asked, status, ms);
      ears.onRoundTrip(ms);
    },
    ...{ clock, transport: new RealTransport(), credentials, seed: 2, counts: new Counts() },
    hosts: { ...terms.hosts, dataStream: terms.hosts.stream },
    exchangeNow: () => now().at,
    log: (line) => log("info", line),
    ...(terms.mode === "demo" ? { requestsPerMinute: DEMO_REQUESTS_PER_MINUTE } : {}),
  });
}
