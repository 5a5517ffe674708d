/** Keys and the file they lie in: there, whole, private, young, and of the environment that the mode names. */
import { statSync } from "node:fs";
import { type AlpacaCredentials, requireAgreement } from "../../adapters/brokers/alpaca/credentials.ts";
import { liveHosts, paperHosts } from "../../adapters/brokers/alpaca/hosts.ts";
import type { Config } from "../config.ts";
import { requireArmed } from "../live/arm-file.ts";
import { envFilesOf, findCredentials, findGuardianCredentials } from "../live/interlock.ts";
import { tradedConfig } from "../traded-config.ts";
import { tradingHash } from "../trading-hash.ts";
import { type Check, fail, messageOf, ok, warn } from "./check.ts";

const OLD_DAYS = 90;
const DAY_MS = 86_400_000;

export interface KeyPlaces {
  readonly root: string;
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly nowMs: number;
}

/** The keys that a start would find; the check says what is wrong with them. */
export function keysFound(
  places: KeyPlaces,
  config: Config | undefined,
): {
  readonly check: Check;
  readonly credentials: AlpacaCredentials | undefined;
} {
  const name = "keys";
  try {
    const credentials = findCredentials(places);
    if (credentials === undefined) {
      const cure = "the demo needs none; for paper and live run: plimsoll init, and write them into its .env";
      return { check: warn(name, "there are none", cure), credentials };
    }
    const mode = modeOf(credentials);
    if (config !== undefined && config.mode !== "demo")
      requireAgreement(credentials, config.mode === "live" ? liveHosts : paperHosts, config.mode);
    return { check: ok(name, `of ${mode === "live" ? "a real account" : "paper"}`), credentials };
  } catch (error) {
    return { check: fail(name, messageOf(error), "see the line"), credentials: undefined };
  }
}

/** Whose key the guardian closes with; undefined where there are no keys at all. */
export function guardianKeyCheck(
  places: KeyPlaces,
  credentials: AlpacaCredentials | undefined,
): Check | undefined {
  const name = "guardian key";
  const cure =
    "make a second key of the account; set ALPACA_GUARDIAN_KEY_ID and ALPACA_GUARDIAN_SECRET_KEY to it";
  try {
    const own = findGuardianCredentials(places);
    if (credentials === undefined)
      return own === undefined ? undefined : warn(name, "its own, and the engine has none", "set both keys");
    if (own === undefined)
      return warn(name, "shared with the engine: when that is revoked, nobody can close", cure);
    if (own.keyId.reveal() === credentials.keyId.reveal())
      return warn(name, "the same as the engine's, by another name", cure);
    const mode = modeOf(credentials);
    requireAgreement(own, mode === "live" ? liveHosts : paperHosts, mode);
    return ok(name, `its own, of ${mode === "live" ? "a real account" : "paper"}`);
  } catch (error) {
    return fail(name, messageOf(error), "see the line");
  }
}

/** Keys of a real account begin with AK. */
export const modeOf = ({ keyId }: AlpacaCredentials): "paper" | "live" =>
  keyId.reveal().startsWith("AK") ? "live" : "paper";

export function envFileCheck(places: KeyPlaces): Check {
  const name = ".env";
  const { nowMs } = places;
  const files = envFilesOf(places).flatMap((path) => {
    const status = statSync(path, { throwIfNoEntry: false });
    return status === undefined ? [] : [{ path, status }];
  });
  for (const { path, status } of files) {
    const mode = status.mode & 0o777;
    if (process.platform !== "win32" && (mode & 0o177) !== 0)
      return fail(name, `${path} has mode 0${mode.toString(8)}, allowed is 0600`, `run: chmod 600 ${path}`);
  }
  for (const { path, status } of files) {
    const days = Math.floor((nowMs - status.mtimeMs) / DAY_MS);
    if (days > OLD_DAYS)
      return warn(name, `${path} is ${days} days old, ${OLD_DAYS} wanted`, "make new keys at the broker");
  }
  const [first] = files;
  return ok(
    name,
    first === undefined ? "there is none; keys may stand in the environment" : `${first.path}, 0600`,
  );
}

/** Only where the configuration says live. */
export function armedCheck({ root, nowMs }: KeyPlaces, config: Config | undefined): Check | undefined {
  if (config?.mode !== "live") return undefined;
  try {
    const { until } = requireArmed(root, tradingHash(tradedConfig(config, "live")), nowMs);
    return ok("armed", `until ${until}`);
  } catch (error) {
    return warn("armed", messageOf(error), "run: plimsoll arm");
  }
}
