/**
 * The words of the permission lattice, for everyone who may ask for a restriction without knowing the lattice itself
 * (AUTH-1). What they mean is said in `src/risk/authority.ts`.
 */

/** Loosest first. */
export const claimLevels = [
  "NORMAL",
  "SCALED",
  "NO_NEW_ENTRIES",
  "REDUCE_ONLY",
  "FLATTEN",
  "HALTED",
] as const;
export type ClaimLevel = (typeof claimLevels)[number];

/** Strongest first: the order of columns on the load line. */
export const claimAuthorities = [
  "kill_switch",
  "circuit_breakers",
  "orchestrator",
  "regime",
  "ensemble",
  "strategy",
] as const;
export type ClaimAuthority = (typeof claimAuthorities)[number];

/** The only side of entries that a claim may bind: what opens or adds to a long position. */
export type ClaimSide = "long";

/** Source of the claim with which a run ends in good order: everything is closed because that is wanted. */
export const END_OF_RUN = "end_of_run";
