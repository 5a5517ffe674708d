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

/**
 * One that closes another account than ours guards nothing. Throws InputError: exit 3 for another, 1 without an answer.
 */
export async function requireGuardianAccount(
  guardian: AlpacaCredentials,
  { hosts, accountId }: Pick<RunTerms, "hosts" | "accountId">,
): Promise<void> {
  const desk = brokerDesk(guardian, hosts);
  try {
    const answer = await desk.reads.account();
    if (!answer.ok)
      throw new InputError(`ALPACA_GUARDIAN_KEY_ID: the broker does not answer to it: ${answer.reason}`, 1);
    if (answer.value.id === accountId) return;
  } finally {
    desk.end();
  }
  throw new InputError(
    "ALPACA_GUARDIAN_KEY_ID is of another account than ALPACA_API_KEY; make it a second key of the same one",
    3,
  );
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
