/** Where the server of `bus.url` is, and its keys: of the environment, else of `.env` here or in the root. */
import { hostname } from "node:os";
import { readEnvFile } from "../adapters/env-file.ts";
import { type NatsPlace, natsEnvironment, natsOptions } from "../adapters/nats/nats-options.ts";
import type { Config } from "../app/config.ts";
import type { FanOutTerms } from "../research/fan-out/job-fan-out.ts";
import { envFiles } from "./alert-env.ts";
import type { CliContext } from "./context.ts";
import { stopSignals } from "./stop-signals.ts";

/** Undefined where no bus is configured. Throws InputError where its keys do not fit it, or others may read them. */
export function busPlace(context: CliContext, { bus }: Config, role: string): NatsPlace | undefined {
  if (bus.url === "") return undefined;
  const places = [process.env, ...envFiles(context).map(readEnvFile)].map(natsEnvironment);
  const env = places.find((keys) => Object.keys(keys).length > 0) ?? {};
  const place = { url: bus.url, name: `plimsoll ${role} ${hostname()} ${process.pid}`, env };
  natsOptions(place);
  return place;
}

/** Does work that may be given out to other machines; where a bus is configured it is, and Ctrl-C takes it back. */
export async function givenOut<Result>(
  context: CliContext,
  config: Config,
  role: string,
  work: (bus: FanOutTerms | undefined) => Promise<Result>,
): Promise<Result> {
  const place = busPlace(context, config, role);
  if (place === undefined) return work(undefined);
  const stop = stopSignals();
  const tell = (line: string) => context.err(`${role}: ${line}`);
  try {
    return await work({ place, signal: stop.signal, tell });
  } finally {
    stop.release();
  }
}
