/** What stands in the way of `resume`, each with its cure: told before anybody tries, and to who tries (C-02). */
import type { EpochMicros } from "../../domain/time.ts";
import type { LiveExecute } from "../../engine/live-execute.ts";
import { haltAsked } from "./halt-file.ts";

/** Seconds of the wall between a halt and the end of it. */
const LEAST_HALT_SECONDS = 60;

export interface ResumeFacts {
  /** Folder of the HALT file. */
  readonly killSwitch: string;
  /** Seconds of the wall since everything was told to be closed; infinite where it never was. */
  readonly haltedFor: number;
  readonly live: LiveExecute;
  readonly at: EpochMicros;
}

/** The strongest first; none: it may be resumed. */
export function resumeBars({ killSwitch, haltedFor, live, at }: ResumeFacts): string[] {
  const asked = haltAsked(killSwitch);
  const [standing] = live.stage.standing(at);
  const problem = live.notReconciled;
  const young = `the halt is ${Math.floor(haltedFor)} s old; wait until it is ${LEAST_HALT_SECONDS} s old`;
  return [
    ...(asked === undefined ? [] : [`${asked}; remove the cause first, then resume again`]),
    ...(haltedFor < LEAST_HALT_SECONDS ? [young] : []),
    ...(live.stage.flattening === undefined ? [] : ["not everything is closed yet; see: plimsoll status"]),
    ...(standing === undefined ? [] : [`${standing} today; a new session may be resumed into`]),
    ...(problem === undefined ? [] : [`${problem}; see: plimsoll status`]),
  ];
}
