/**
 * Secrets of the channels: from the environment, else from `.env` of the current folder, else from that of
 * the root, name by name. Whoever starts the system reads them and gives them to the monitor alone.
 */
import { InputError } from "../../domain/assert.ts";
import { Secret } from "../brokers/alpaca/secret.ts";
import { type Environment, readEnvFile } from "../env-file.ts";
import type { AlertSecrets } from "./channel.ts";
import { secretNames } from "./channel-registry.ts";

/** Throws InputError (exit 3) when others may read a file, (exit 2) when a value holds what no secret holds. */
export function readAlertSecrets(environment: Environment, envFiles: readonly string[]): AlertSecrets {
  const places = [environment, ...envFiles.map(readEnvFile)];
  const found: Record<string, Secret> = {};
  for (const name of secretNames) {
    const value = places.map((place) => place[name] ?? "").find((text) => text !== "");
    if (value === undefined) continue;
    if (/[\p{Cc}]/u.test(value))
      throw new InputError(`${name} holds a control character; write it on one line, without one`);
    found[name] = new Secret(value);
  }
  return found;
}

/** For the environment of the one process that needs them. */
export const revealed = (secrets: AlertSecrets): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(secrets).map(([name, secret]) => [name, secret.reveal()]));
