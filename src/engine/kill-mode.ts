/**
 * The one place where `kill.mode` is looked at (RISK-3, C-01). Whoever kills, an operator, the HALT file, a breaker,
 * the broker's silence or a mute feed, asks for everything to be closed; a looser mode turns that claim into a smaller
 * one before it takes force. Everybody behind the lattice then does what the claim in force says, and knows no modes.
 *
 * KM-1  A mode changes how much a kill does, never whether it stands: entries are barred, and who may lift it and when
 *       is as it was asked for. A claim that is already stricter is never made looser.
 * KM-2  The end of a run is no kill: it closes everything in any mode.
 */
import { type ClaimLevel, claimLevels } from "../domain/claim.ts";
import type { KillMode } from "../domain/kill-mode.ts";
import type { Authority, Claim } from "../risk/authority.ts";

/** Reduce-only takes back working entries; positions stay under their stops. */
const levelOf: Readonly<Record<KillMode, ClaimLevel>> = {
  halt_only: "NO_NEW_ENTRIES",
  cancel: "REDUCE_ONLY",
  flatten: "FLATTEN",
};
const done: Readonly<Record<Exclude<KillMode, "flatten">, string>> = {
  halt_only: "kill.mode halt_only: entries are barred, nothing is cancelled or closed",
  cancel: "kill.mode cancel: entries are taken back and barred, positions stay under their stops",
};
/** Who can kill; the orchestrator closes a day or a run (KM-2). */
const killers: readonly Authority[] = ["kill_switch", "circuit_breakers"];

export class KillTranslation {
  readonly mode: KillMode;
  /** A kill that closes nothing, told once: people must hear of it. The caller empties it. */
  readonly words: string[] = [];

  constructor(mode: KillMode = "flatten") {
    this.mode = mode;
  }

  /** The claim as it takes force; `held` is the one of its holder that stands. */
  restated(claim: Claim, held: Claim | undefined): Claim {
    const { mode } = this;
    if (mode === "flatten" || claim.level !== "FLATTEN" || !killers.includes(claim.authority)) return claim;
    const level = stricterOf(levelOf[mode], held?.level);
    const reason = `${claim.reason}; ${done[mode]}`;
    if (held === undefined || !isKill(held)) this.words.push(`kill: ${reason}`);
    return { ...claim, level, reason };
  }
}

/** True for a claim that a kill made, in whatever mode. */
export const isKill = ({ level, reason }: Claim): boolean =>
  level === "FLATTEN" ||
  level === "HALTED" ||
  reason.endsWith(done.halt_only) ||
  reason.endsWith(done.cancel);

const stricterOf = (one: ClaimLevel, other: ClaimLevel = "NORMAL"): ClaimLevel =>
  claimLevels.indexOf(other) > claimLevels.indexOf(one) ? other : one;
