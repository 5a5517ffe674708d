/**
 * Named places inside the live processes at which a crash test has them die (ADR 0002, rule 4): a kill timed from
 * outside almost never lands between an append and its step. Bound in the entries of the processes alone; without
 * PLIMSOLL_KILL_AT nothing of it does anything.
 */
import { InputError } from "../../domain/assert.ts";
import type { BrokerNews } from "../../domain/broker.ts";

/**
 * By process. `after-send`: the bytes of a submission have left; `after-accept`, `after-fill`: heard, not journaled;
 * `flatten-`: that line of a closing is durable.
 */
export const killPoints = {
  execute: [
    "before-append",
    "after-append",
    "after-step",
    "before-send",
    "after-send",
    "after-accept",
    "after-fill",
    "flatten-F0",
    "flatten-F1",
    "flatten-F2",
    "flatten-F3",
    "flatten-F4",
    "flatten-F5",
  ],
  compute: ["before-append", "after-decision", "before-send"],
  ingest: ["after-close-before-tell"],
} as const;
export type KillRole = keyof typeof killPoints;
export type KillPoint<Role extends KillRole> = (typeof killPoints)[Role][number];

/** What a process calls when it gets to a named place. */
export interface KillSwitchPoints<Point extends string> {
  reached(point: Point): void;
}

/** What a process has when nobody tests it. */
export const noKillPoints: KillSwitchPoints<string> = { reached: () => undefined };

/** So long the bytes of a submission take to leave: the loop has to turn once. */
const SENT_AFTER_MS = 1;

/**
 * `word` is PLIMSOLL_KILL_AT: `execute:after-append:3` has execute die when it gets to that place for the third time in
 * this life; a word for another process, or none, does nothing. Throws InputError (exit 2) for one that names no place.
 */
export function killPointsOf<Role extends KillRole>(
  role: Role,
  word: string | undefined,
  die: () => void = () => void process.kill(process.pid, "SIGKILL"),
): KillSwitchPoints<KillPoint<Role>> {
  if (word === undefined || word === "") return noKillPoints;
  const [of = "", point = "", times = "1"] = word.split(":");
  const known: readonly string[] | undefined = Object.hasOwn(killPoints, of)
    ? killPoints[of as KillRole]
    : undefined;
  const left = Number(times);
  if (known === undefined || !known.includes(point) || !Number.isSafeInteger(left) || left < 1)
    throw new InputError(
      `PLIMSOLL_KILL_AT=${word}: wanted PROCESS:POINT:TIMES, as execute:after-append:3; unset it to trade`,
      2,
    );
  return of === role ? new CountedPoint(point, left, die) : noKillPoints;
}

/** As `killPointsOf`, judged anew when a process that stood by takes over. */
export function ownKillPoints<Role extends KillRole>(
  role: Role,
  turn: Promise<void> | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
): KillSwitchPoints<KillPoint<Role>> {
  let points = killPointsOf(role, env.PLIMSOLL_KILL_AT);
  void turn?.then(() => {
    points = killPointsOf(role, env.PLIMSOLL_KILL_AT);
  });
  return { reached: (point) => points.reached(point) };
}

class CountedPoint implements KillSwitchPoints<string> {
  readonly #point: string;
  readonly #die: () => void;
  #left: number;

  constructor(point: string, left: number, die: () => void) {
    this.#point = point;
    this.#left = left;
    this.#die = die;
  }

  reached(point: string): void {
    if (point !== this.#point) return;
    this.#left -= 1;
    if (this.#left !== 0) return;
    if (point === "after-send") setTimeout(this.#die, SENT_AFTER_MS);
    else this.#die();
  }
}

/** What the broker tells, at which some of them lie. */
export function heardAt(points: KillSwitchPoints<KillPoint<"execute">>, news: BrokerNews): void {
  if (news.kind === "accepted") points.reached("after-accept");
  if (news.kind === "report" && news.order.filled > 0) points.reached("after-fill");
}
