/**
 * What the guardian is started with: one JSON object in `GUARDIAN_TERMS`, or in the file its only argument names; keys
 * come from the environment alone, so that no list of processes shows them. Checked by hand: this room has no packages,
 * so that a broken package cannot take the last defence with it.
 */
import { InputError } from "../domain/assert.ts";
import { type KillMode, killModes } from "../domain/kill-mode.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { ClockTerms } from "../market/exchange-clock.ts";

/** A guardian that waits for more would not be one, whatever it is told. */
export const GUARDIAN_LOSS_MAX = 0.03;

export interface GuardianTerms {
  /** Holds `run/flatten.json`, `db/guardian.jsonl`, `run/guardian-alerts.jsonl`. */
  readonly root: string;
  /** Folder of the HALT file; absent: `killswitch` below the root. */
  readonly killSwitch?: string;
  readonly apiUrl: string;
  /** Where quotes are asked for; absent: every closing order is a limit. */
  readonly dataUrl?: string;
  /** Unix socket on which execute listens for the guardian. */
  readonly socketPath: string;
  readonly killMode: KillMode;
  /** Loss of the day's base at which everything is closed, a fraction of at most 0.03. */
  readonly dayLossMax: number;
  readonly clock: ClockTerms;
  /** Asked every 60 s, day and night: a silence of 3 min means that nobody guards (C-62). */
  readonly deadManUrl?: string;
}

export interface GuardianKeys {
  readonly keyId: string;
  readonly secret: string;
}

/** The terms in a JSON text; `path` names it in messages. Throws InputError. */
export function parseTerms(text: string, path: string): GuardianTerms {
  const given = objectIn(text, path);
  const refuse = (key: string, allowed: string): never => {
    throw new InputError(`${path}: ${key} = ${JSON.stringify(given[key])} must be ${allowed}`);
  };
  const word = (key: string): string => {
    const value = given[key];
    return typeof value === "string" && value !== "" ? value : refuse(key, "a text that is not empty");
  };
  const url = (key: string): string =>
    /^https?:\/\/[^\s/]+/.test(word(key)) ? word(key).replace(/\/+$/, "") : refuse(key, "an http(s) address");
  const { dayLossMax } = given;
  const isLoss = typeof dayLossMax === "number" && dayLossMax > 0 && dayLossMax <= GUARDIAN_LOSS_MAX;
  return {
    root: word("root"),
    ...(given.killSwitch === undefined ? {} : { killSwitch: word("killSwitch") }),
    apiUrl: url("apiUrl"),
    ...(given.dataUrl === undefined ? {} : { dataUrl: url("dataUrl") }),
    socketPath: word("socketPath"),
    killMode:
      killModes.find((mode) => mode === given.killMode) ??
      refuse("killMode", `one of ${killModes.join(", ")}`),
    dayLossMax: isLoss ? dayLossMax : refuse("dayLossMax", `above 0 and at most ${GUARDIAN_LOSS_MAX}`),
    clock: clockTerms(given.clock, path),
    ...(given.deadManUrl === undefined ? {} : { deadManUrl: url("deadManUrl") }),
  };
}

/** From `GUARDIAN_KEY_ID` and `GUARDIAN_SECRET_KEY`, else the broker's own names. Throws InputError without them. */
export function keysFrom(env: Readonly<Record<string, string | undefined>>): GuardianKeys {
  const keyId = env.GUARDIAN_KEY_ID ?? env.ALPACA_KEY_ID ?? env.APCA_API_KEY_ID;
  const secret = env.GUARDIAN_SECRET_KEY ?? env.ALPACA_SECRET_KEY ?? env.APCA_API_SECRET_KEY;
  if (keyId === undefined || keyId === "" || secret === undefined || secret === "")
    throw new InputError("GUARDIAN_KEY_ID and GUARDIAN_SECRET_KEY are not set: give the guardian its keys");
  return { keyId, secret };
}

function clockTerms(value: unknown, path: string): ClockTerms {
  const given = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const { machineMs, exchangeAt, speed, skipsClosedHours } = given;
  const areNumbers = [machineMs, exchangeAt, speed].every(Number.isFinite) && (speed as number) > 0;
  if (!areNumbers || typeof skipsClosedHours !== "boolean") {
    const keys = "machineMs, exchangeAt, speed above 0 and skipsClosedHours";
    throw new InputError(`${path}: clock = ${JSON.stringify(value)} must give ${keys}`);
  }
  return {
    machineMs: machineMs as number,
    exchangeAt: exchangeAt as EpochMicros,
    speed: speed as number,
    skipsClosedHours,
  };
}

function objectIn(text: string, path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Falls through to the one refusal.
  }
  throw new InputError(`${path}: no JSON object; give the guardian's terms as one`);
}
