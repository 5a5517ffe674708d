/**
 * Mode, settings, keys, hosts and the word of a person must agree before a byte leaves for a broker (RUN-4, C-59).
 * Every check here is local: what is refused is refused without asking anybody.
 */
import { join } from "node:path";
import {
  type AlpacaCredentials,
  readCredentials,
  readGuardianCredentials,
  requireAgreement,
} from "../../adapters/brokers/alpaca/credentials.ts";
import { type AlpacaHosts, liveHosts, paperHosts } from "../../adapters/brokers/alpaca/hosts.ts";
import { InputError } from "../../domain/assert.ts";
import type { Config } from "../config.ts";
import { tradingHash } from "../trading-hash.ts";
import { type Armed, requireArmed } from "./arm-file.ts";
import type { RunTerms } from "./run-terms.ts";

export type AccountMode = "paper" | "live";

export interface InterlockTerms {
  readonly mode: AccountMode;
  /** As traded in that mode. */
  readonly traded: Config;
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where a `.env` may lie, besides the root. */
  readonly folder: string;
  readonly nowMs: number;
}

export interface Permit {
  readonly credentials: AlpacaCredentials;
  /** The guardian's own; undefined: it shares the others. */
  readonly guardian: AlpacaCredentials | undefined;
  readonly hosts: RunTerms["hosts"];
  /** The account that was armed; undefined in paper. */
  readonly armed: Armed | undefined;
}

/** Throws InputError: exit 3 where a gate says no, 2 where keys are missing or half there. */
export function requirePermit({ mode, traded, root, env, folder, nowMs }: InterlockTerms): Permit {
  if (mode === "live" && traded.mode !== "live")
    throw new InputError(
      `mode live is refused: the configuration says mode: ${traded.mode}; set mode: live there too`,
      3,
    );
  const armed = mode === "live" ? requireArmed(root, tradingHash(traded), nowMs) : undefined;
  const credentials = requireCredentials({ mode, root, env, folder });
  const hosts = mode === "live" ? liveHosts : paperHosts;
  requireAgreement(credentials, hosts, mode);
  const guardian = findGuardianCredentials({ root, env, folder });
  if (guardian !== undefined) requireAgreement(guardian, hosts, mode);
  return { credentials, guardian, hosts: runHosts(hosts), armed };
}

/** As a service manager or a container hands it over: LoadCredential= of systemd, a secret of compose. */
export const CREDENTIAL_FILE = "plimsoll.env";

/** Where keys may lie besides the environment, the first first. */
export function envFilesOf({ root, env, folder }: Pick<InterlockTerms, "root" | "env" | "folder">): string[] {
  const { CREDENTIALS_DIRECTORY: given } = env;
  const handed = given === undefined || given === "" ? [] : [join(given, CREDENTIAL_FILE)];
  return [...handed, join(folder, ".env"), join(root, ".env")];
}

/** From the environment, else from the files of `envFilesOf`. */
export function requireCredentials({
  mode,
  root,
  env,
  folder,
}: Pick<InterlockTerms, "root" | "env" | "folder"> & { readonly mode: AccountMode }): AlpacaCredentials {
  const found = findCredentials({ root, env, folder });
  if (found !== undefined) return found;
  throw new InputError(
    `mode ${mode}: there are no keys; set ALPACA_API_KEY and ALPACA_SECRET_KEY, or write them into ` +
      `${join(root, ".env")} (plimsoll init makes it)`,
  );
}

export function findCredentials(
  places: Pick<InterlockTerms, "root" | "env" | "folder">,
): AlpacaCredentials | undefined {
  return firstOf(envFilesOf(places), (file) => readCredentials(places.env, file));
}

/** The guardian's own, from the same places. */
export function findGuardianCredentials(
  places: Pick<InterlockTerms, "root" | "env" | "folder">,
): AlpacaCredentials | undefined {
  return firstOf(envFilesOf(places), (file) => readGuardianCredentials(places.env, file));
}

function firstOf<Found>(
  files: readonly string[],
  find: (file: string) => Found | undefined,
): Found | undefined {
  for (const file of files) {
    const found = find(file);
    if (found !== undefined) return found;
  }
  return undefined;
}

export const runHosts = ({ trading, tradingStream, data, dataStream }: AlpacaHosts): RunTerms["hosts"] => ({
  trading,
  tradingStream,
  data,
  stream: dataStream,
});
