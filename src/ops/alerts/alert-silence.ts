/**
 * Whether people hear of trouble at all, as the supervisor can tell without the process that tells them: while the
 * monitor does not live, what is critical waits in a file (OPS-4, C-60). Plain arithmetic over monotonic milliseconds.
 *
 * HS-1  An end within a minute of its start is no life: a monitor that crashes again and again is away all the while.
 */
import type { ChildStatus } from "../supervised-child.ts";

/** Longer than any restart that is in order. */
const AWAY_MS = 60_000;
/** Life that ends an absence. */
const LIFE_MS = 60_000;
/** As often as an unacknowledged critical alert. */
const AGAIN_MS = 300_000;

/** Each process tells of itself every few seconds; one that does not for so long hangs. */
const MUTE_MS = 60_000;
const NOBODY = "nobody is told of alerts";

type Watched = Pick<ChildStatus, "state" | "upMs" | "crashes" | "isCrashLoop" | "vitalsAgeMs">;

/** For people; undefined: it lives, or has only just begun to. */
export function silenceText({ state, crashes, isCrashLoop, vitalsAgeMs = 0 }: Watched): string | undefined {
  if (isCrashLoop) return `the monitor has ended ${crashes} times in ten minutes: ${NOBODY}`;
  if (state !== "ready") return `the monitor is ${state}: ${NOBODY}`;
  const muteSeconds = Math.round(vitalsAgeMs / 1000);
  return vitalsAgeMs >= MUTE_MS ? `the monitor has said nothing for ${muteSeconds} s: ${NOBODY}` : undefined;
}

export class AlertSilence {
  #awaySinceMs: number | undefined;
  #toldMs = Number.NEGATIVE_INFINITY;

  /** The critical line to be said now, if any. To be asked at least every few seconds. */
  look(monitor: Watched, nowMs: number): string | undefined {
    const text = silenceText(monitor);
    if (text === undefined && (monitor.upMs ?? 0) >= LIFE_MS) {
      this.#awaySinceMs = undefined;
      this.#toldMs = Number.NEGATIVE_INFINITY;
      return undefined;
    }
    if (text !== undefined) this.#awaySinceMs ??= nowMs;
    if (this.#awaySinceMs === undefined) return undefined;
    const isAway = monitor.isCrashLoop || nowMs - this.#awaySinceMs >= AWAY_MS;
    if (!isAway || nowMs - this.#toldMs < AGAIN_MS) return undefined;
    this.#toldMs = nowMs;
    const what = text ?? `the monitor does not stay alive: ${NOBODY}`;
    return `${what}; they wait in run/critical-lines.jsonl, and in live entries end; see: plimsoll status`;
  }
}
