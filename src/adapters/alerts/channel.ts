/** What every channel for alerts is: settings without secrets, names of secrets, and one way to send. */
import type { z } from "zod";
import type { MessageText, SendResult } from "../../domain/alert.ts";
import { Secret } from "../brokers/alpaca/secret.ts";

export interface OutgoingMessage extends MessageText {
  /** The same at each attempt. */
  readonly id: string;
  readonly level: "info" | "warning" | "critical";
  readonly incident: number;
  readonly isTest: boolean;
}

export interface AlertChannel {
  /** Never rejects and always ends: within its own time-outs. */
  send(message: OutgoingMessage): Promise<SendResult>;
  close(): void;
}

/** By name; what is not set is absent. */
export type AlertSecrets = Readonly<Record<string, Secret>>;

/** What a file of a channel exports, for the registry. `Params` never hold a secret. */
export interface ChannelKind<Params> {
  readonly id: string;
  readonly params: z.ZodType<Params>;
  /** Without one of these it cannot send. */
  readonly needs: readonly string[];
  /** Used where they are set. */
  readonly takes: readonly string[];
  open(params: Params, secrets: AlertSecrets): AlertChannel;
}

/** For a channel that lacks something: it fails each time, with what it lacks. */
export function brokenChannel(reason: string): AlertChannel {
  return { send: () => Promise.resolve({ ok: false, reason }), close: () => undefined };
}

/** What a server or a library said, without any secret, in one short line. */
export function safeReason(error: unknown, secrets: AlertSecrets): string {
  const text = error instanceof Error ? error.message : String(error);
  const hidden = Object.values(secrets).reduce((shown, secret) => secret.redact(shown), text);
  return hidden.replaceAll(/[\p{Cc}\p{Cf}]+/gu, " ").slice(0, 200);
}

export const isLoopback = (host: string): boolean =>
  ["127.0.0.1", "::1", "[::1]", "localhost"].includes(host);

export const secretOf = (secrets: AlertSecrets, name: string): Secret => secrets[name] ?? new Secret("");
