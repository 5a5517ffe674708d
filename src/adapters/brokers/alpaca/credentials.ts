/**
 * Keys to a brokerage account, and the rule that key, host and mode must agree (C-59): a key of one environment never
 * leaves for another, and any disagreement is refused before the first byte. The demo talks to this machine only.
 */
import { InputError } from "../../../domain/assert.ts";
import { type Environment, readEnvFile } from "../../env-file.ts";
import { type AlpacaHosts, type AlpacaMode, liveHosts, paperHosts } from "./hosts.ts";
import { Secret } from "./secret.ts";

export interface AlpacaCredentials {
  readonly keyId: Secret;
  readonly secretKey: Secret;
  /** APCA_API_BASE_URL as the user set it, without a slash at its end. */
  readonly baseUrl?: string;
}

const KEY_NAMES = ["ALPACA_API_KEY", "APCA_API_KEY_ID"] as const;
const SECRET_NAMES = ["ALPACA_SECRET_KEY", "APCA_API_SECRET_KEY"] as const;
/** Of the guardian's own key, which still works when the other is revoked. */
const GUARDIAN_KEY_NAMES = ["ALPACA_GUARDIAN_KEY_ID"] as const;
const GUARDIAN_SECRET_NAMES = ["ALPACA_GUARDIAN_SECRET_KEY"] as const;

/** Spellings of one name, the one that messages use first. */
type Names = readonly [string, ...string[]];

/**
 * From the environment, else from an env file. Undefined when neither names a key; refuses half a pair, two spellings
 * that disagree, and a file that others may read.
 */
export function readCredentials(environment: Environment, envFile?: string): AlpacaCredentials | undefined {
  const values = valuesWith(environment, envFile, [...KEY_NAMES, ...SECRET_NAMES]);
  const keys = pairOf(values, KEY_NAMES, SECRET_NAMES);
  const baseUrl = values.APCA_API_BASE_URL?.replace(/\/+(?:v2\/?)?$/, "");
  return keys === undefined || baseUrl === undefined || baseUrl === "" ? keys : { ...keys, baseUrl };
}

/** The guardian's own, by the same rules; undefined when it has none and shares the other. */
export function readGuardianCredentials(
  environment: Environment,
  envFile?: string,
): AlpacaCredentials | undefined {
  const values = valuesWith(environment, envFile, [...GUARDIAN_KEY_NAMES, ...GUARDIAN_SECRET_NAMES]);
  return pairOf(values, GUARDIAN_KEY_NAMES, GUARDIAN_SECRET_NAMES);
}

/** The environment where it says any of the names, else the file. */
function valuesWith(
  environment: Environment,
  file: string | undefined,
  names: readonly string[],
): Environment {
  const fromFile = file === undefined ? {} : readEnvFile(file);
  return names.some((name) => (environment[name] ?? "") !== "") ? environment : fromFile;
}

function pairOf(values: Environment, keyNames: Names, secretNames: Names): AlpacaCredentials | undefined {
  const keyId = oneOf(values, keyNames);
  const secretKey = oneOf(values, secretNames);
  if (keyId === undefined && secretKey === undefined) return undefined;
  if (keyId === undefined) throw new InputError(`${secretNames[0]} is set without ${keyNames[0]}; set both`);
  if (secretKey === undefined)
    throw new InputError(`${keyNames[0]} is set without ${secretNames[0]}; set both`);
  for (const text of [keyId, secretKey]) {
    if (!/^[\x21-\x7e]+$/.test(text))
      throw new InputError("an Alpaca key holds a space or a sign that no key has; copy it again");
  }
  return { keyId: new Secret(keyId), secretKey: new Secret(secretKey) };
}

/** Refuses unless key, hosts, base URL and mode belong together (C-59). Exit code 3: a gate said no. */
export function requireAgreement(credentials: AlpacaCredentials, hosts: AlpacaHosts, mode: AlpacaMode): void {
  const prefix = prefixOf(credentials.keyId);
  const refuse = (what: string): never => {
    throw new InputError(`mode ${mode} is refused: ${what}`, 3);
  };
  if (mode === "demo") {
    if (prefix === "AK") refuse("the key is a live key (AK...); the demo takes its own or none");
    for (const url of Object.values(hosts))
      if (!isLoopback(url)) refuse(`${url} is not on this machine; the demo talks to 127.0.0.1 only`);
    return;
  }
  const wanted = mode === "live" ? "AK" : "PK";
  if (prefix !== wanted)
    refuse(`its key must begin with ${wanted} and this one does not; use the ${mode} key`);
  const allowed = mode === "live" ? liveHosts : paperHosts;
  for (const [name, url] of Object.entries(hosts)) {
    const expected = allowed[name as keyof AlpacaHosts];
    if (url !== expected) refuse(`host ${name} is ${url}, allowed is ${expected}`);
  }
  const { baseUrl } = credentials;
  if (baseUrl !== undefined && baseUrl !== allowed.trading)
    refuse(`APCA_API_BASE_URL is ${shown(credentials, baseUrl)}, allowed is ${allowed.trading}; unset it`);
}

/** The text without either secret. For whatever comes from outside and is shown to people. */
export function redact({ keyId, secretKey }: AlpacaCredentials, text: string): string {
  return secretKey.redact(keyId.redact(text));
}

/** What every request carries. */
export function authHeaders({ keyId, secretKey }: AlpacaCredentials): Record<string, string> {
  return { "APCA-API-KEY-ID": keyId.reveal(), "APCA-API-SECRET-KEY": secretKey.reveal() };
}

function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  return ["127.0.0.1", "[::1]", "localhost"].includes(new URL(url).hostname);
}

/** A base URL may hold a password: its name is enough. */
function shown(credentials: AlpacaCredentials, url: string): string {
  return URL.canParse(url) ? redact(credentials, new URL(url).host) : "no URL";
}

const prefixOf = (keyId: Secret): string => keyId.reveal().slice(0, 2);

function oneOf(values: Environment, names: Names): string | undefined {
  const [first, second] = names.map((name) => (values[name] === "" ? undefined : values[name]));
  if (first !== undefined && second !== undefined && first !== second)
    throw new InputError(`${names[0]} and ${names[1]} are both set and differ; unset one`);
  return first ?? second;
}
