/**
 * How a NATS server is reached: its address from the configuration, its keys from the environment or `.env` alone, so
 * that no list of settings, run's terms or log shows them. Nothing of NATS is loaded here.
 */
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import type { NodeConnectionOptions } from "@nats-io/transport-node";
import { InputError } from "../../domain/assert.ts";
import { reasonOf } from "../durable-file.ts";
import type { Environment } from "../env-file.ts";

/** Names of the environment; the last three are files in PEM, NATS_CREDS is one as `nsc` writes it. */
const natsNames = [
  "NATS_USER",
  "NATS_PASSWORD",
  "NATS_TOKEN",
  "NATS_CREDS",
  "NATS_CA",
  "NATS_CERT",
  "NATS_KEY",
] as const;

export interface NatsPlace {
  /** `nats://host:port`, or `tls://` for one that must be met encrypted. */
  readonly url: string;
  /** Shown in the server's list of clients. */
  readonly name: string;
  /** Keys of the server, by their names in an environment. */
  readonly env: Readonly<Record<string, string>>;
}

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** What of an environment is for the server, to be handed to a child. */
export const natsEnvironment = (env: Environment): Record<string, string> =>
  Object.fromEntries(natsNames.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));

/** Options of the client but for reconnects. Throws InputError (exit 2) naming what does not fit together. */
export function natsOptions({
  url,
  name,
  env,
}: NatsPlace): NodeConnectionOptions & { readonly creds?: Buffer } {
  const { NATS_USER: user, NATS_PASSWORD: pass, NATS_TOKEN: token } = env;
  const { protocol, hostname } = new URL(url);
  const isEncrypted = protocol === "tls:" || (env.NATS_CA ?? "") !== "";
  if (Boolean(user) !== Boolean(pass))
    throw new InputError(`${user ? "NATS_USER" : "NATS_PASSWORD"} is set alone; set user and password`);
  if (user && token)
    throw new InputError("NATS_USER and NATS_TOKEN are both set; the server takes one of them");
  if ((user || token) && !isEncrypted && !LOOPBACK.has(hostname))
    throw new InputError(
      `bus.url = ${url}: NATS_${user ? "PASSWORD" : "TOKEN"} would cross the network in the clear; use tls://`,
    );
  if (Boolean(env.NATS_CERT) !== Boolean(env.NATS_KEY))
    throw new InputError("NATS_CERT and NATS_KEY are the two halves of one pair; set both or none");
  const address = hostname.replace(/^\[|\]$/g, "");
  const tls = {
    // The client names a host to be proven only where it has a name; an address is to be proven as well.
    ...(isIP(address) === 0 ? {} : { host: address }),
    ...(env.NATS_CA ? { ca: fileText("NATS_CA", env.NATS_CA) } : {}),
    ...(env.NATS_CERT ? { cert: fileText("NATS_CERT", env.NATS_CERT) } : {}),
    ...(env.NATS_KEY ? { key: fileText("NATS_KEY", env.NATS_KEY) } : {}),
  };
  return {
    servers: url,
    name,
    ...(user ? { user, pass } : {}),
    ...(token ? { token } : {}),
    ...(env.NATS_CREDS ? { creds: Buffer.from(fileText("NATS_CREDS", env.NATS_CREDS)) } : {}),
    ...(isEncrypted ? { tls } : {}),
  } as NodeConnectionOptions & { readonly creds?: Buffer };
}

function fileText(name: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new InputError(`${name}=${path}: cannot be read (${reasonOf(error)})`);
  }
}
