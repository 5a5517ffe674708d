/** A few questions to the broker without a run: what `arm` and `doctor` ask. Nothing that changes anything. */
import type { AccountReads } from "../../adapters/brokers/alpaca/account-reads.ts";
import { AlpacaBroker } from "../../adapters/brokers/alpaca/broker.ts";
import type { AlpacaCredentials } from "../../adapters/brokers/alpaca/credentials.ts";
import { Counts } from "../../adapters/net/counts.ts";
import { RealClock } from "../../adapters/net/real-clock.ts";
import { RealTransport } from "../../adapters/net/real-transport.ts";
import { InputError } from "../../domain/assert.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type { RunTerms } from "./run-terms.ts";

export interface BrokerDesk {
  readonly reads: AccountReads;
  end(): void;
}

export function brokerDesk(credentials: AlpacaCredentials, hosts: RunTerms["hosts"]): BrokerDesk {
  const broker = new AlpacaBroker({
    clock: new RealClock(),
    transport: new RealTransport(),
    credentials,
    hosts: { ...hosts, dataStream: hosts.stream },
    seed: 4,
    exchangeNow: () => (Date.now() * 1000) as EpochMicros,
    exposed: () => false,
    onNews: () => undefined,
    onPulse: () => undefined,
    onTerminal: () => undefined,
    log: () => undefined,
    counts: new Counts(),
  });
  return { reads: broker.reads, end: () => broker.stop() };
}

/** Number of the account behind the keys, as the broker shows it. Throws InputError (exit 1) without an answer. */
export async function accountNumber(
  credentials: AlpacaCredentials,
  hosts: RunTerms["hosts"],
): Promise<string> {
  const desk = brokerDesk(credentials, hosts);
  try {
    const answer = await desk.reads.account();
    if (answer.ok) return answer.value.number;
    throw new InputError(`the broker at ${hosts.trading} does not answer: ${answer.reason}; try again`, 1);
  } finally {
    desk.end();
  }
}
