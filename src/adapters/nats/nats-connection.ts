/**
 * The one door to the NATS client: loaded when a bus is configured and never before. A connection that is lost is made
 * again without end, by the client; who uses it hears of both and decides what that means.
 */
import type { NatsConnection } from "@nats-io/transport-node";
import { InputError } from "../../domain/assert.ts";
import { type NatsPlace, natsOptions } from "./nats-options.ts";

const RECONNECT_EVERY_MS = 250;
/** A server whose machine is gone closes nothing: after two pings without an answer the connection counts as lost. */
const PING_EVERY_MS = 2000;
const PINGS_OUT_MAX = 2;
const FIRST_WITHIN_MS = 5000;

export interface NatsWays {
  /** True: once connected it is never given up, also where the server comes back with other keys. */
  readonly waits: boolean;
}

/** Resolves when connected. Throws InputError (exit 1) where the server cannot be reached or refuses the keys. */
export async function connectNats(place: NatsPlace, { waits }: NatsWays): Promise<NatsConnection> {
  const { creds, ...options } = natsOptions(place);
  const { connect, credsAuthenticator } = await import("@nats-io/transport-node");
  try {
    return await connect({
      ...options,
      ...(creds === undefined ? {} : { authenticator: credsAuthenticator(creds) }),
      timeout: FIRST_WITHIN_MS,
      reconnectTimeWait: RECONNECT_EVERY_MS,
      maxReconnectAttempts: -1,
      pingInterval: PING_EVERY_MS,
      maxPingOut: PINGS_OUT_MAX,
      // A server that comes back with other keys is waited for, as one that does not come back is.
      ignoreAuthErrorAbort: waits,
    });
  } catch (error) {
    throw new InputError(`bus.url = ${place.url}: ${natsReason(error)}; is nats-server running there?`, 1);
  }
}

/** In a few words; the client's messages hold no key. */
export const natsReason = (error: unknown): string =>
  (error instanceof Error ? error.message || error.name : String(error)).split("\n")[0]!.slice(0, 200);

/** Calls until the connection is closed for good. `failed`: what the server refuses, keys among it. */
export async function watchNats(
  connection: NatsConnection,
  heard: { lost(): void; back(): void; failed?(reason: string): void },
): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === "disconnect") heard.lost();
    else if (status.type === "reconnect") heard.back();
    else if (status.type === "error") heard.failed?.(natsReason(status.error));
  }
}
