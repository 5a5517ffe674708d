/** Where the server of `bus.url` is, and its keys: of the environment, else of `.env` here or in the root. */
import { hostname } from "node:os";
import { readEnvFile } from "../adapters/env-file.ts";
import { type NatsPlace, natsEnvironment } from "../adapters/nats/nats-options.ts";
import type { Config } from "../app/config.ts";
import { envFiles } from "./alert-env.ts";
import type { CliContext } from "./context.ts";

/** Undefined where no bus is configured. Throws InputError (exit 3) for an env file that others may read. */
export function busPlace(context: CliContext, { bus }: Config, role: string): NatsPlace | undefined {
  if (bus.url === "") return undefined;
  return { url: bus.url, name: workerName(role), env: busKeys(context) };
}

/** The keys alone, to be handed to children. */
export function busKeys(context: CliContext): Readonly<Record<string, string>> {
  const places = [process.env, ...envFiles(context).map(readEnvFile)];
  return natsEnvironment(places.find((env) => Object.keys(natsEnvironment(env)).length > 0) ?? {});
}

/** Told in notes, outcomes and the server's list of clients. */
export const workerName = (role: string): string => `plimsoll ${role} ${hostname()} ${process.pid}`;
