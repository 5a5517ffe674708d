/** May it trade, who says so, and how far the next rung is: sentences for every face of the system (DESIGN 1, 8). */
import { type EpochMicros, MICROS_PER_DAY, MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../domain/time.ts";
import { isZoneKnown, newYorkOffsetMinutes } from "../market/us-eastern.ts";
import { type Authority, type Claim, type Level, levels } from "../risk/authority.ts";
import type { EngineSnapshot } from "./engine-snapshot.ts";
import { number, percent, plural } from "./formats.ts";

/** What the sentences are made of. */
export interface Permitted
  extends Pick<EngineSnapshot, "permission" | "drawdownFromDayHigh" | "drawdownLimit"> {
  readonly session: Pick<EngineSnapshot["session"], "phase">;
  /** One for each that is held. */
  readonly positions: readonly unknown[];
}

export const rankOf = (level: Level): number => levels.indexOf(level);

/** `NO NEW ENTRIES`: the six level names are the only capitals on a screen. */
export const levelName = (level: Level): string => level.replaceAll("_", " ");

export const authorityNames: Readonly<Record<Authority, string>> = {
  kill_switch: "Kill switch",
  circuit_breakers: "Breakers",
  orchestrator: "Orchestrator",
  regime: "Regime",
  ensemble: "Ensemble",
  strategy: "Strategy",
};

/** Two words in the plural take "hold". */
const plurals: ReadonlySet<Authority> = new Set(["circuit_breakers"]);

/** Phases in which nothing can be traded, whatever the permission says. */
const closedPhases: ReadonlySet<string> = new Set(["PRE_MARKET", "AFTER_HOURS", "OVERNIGHT"]);

/** The sentence a tired person can act on. */
export function answer({ permission, positions, session }: Permitted): string {
  const held = positions.length;
  switch (permission.level) {
    case "NORMAL":
    case "SCALED": {
      const full = permission.scalar === 1 ? "full size" : `${number(permission.scalar, 2)} of normal size`;
      const size = permission.claims.some(barsLongs) ? `${full}, but no new longs` : full;
      return closedPhases.has(session.phase) ? `From the open: yes, at ${size}.` : `Yes, at ${size}.`;
    }
    case "NO_NEW_ENTRIES":
      return "No new entries. Exits pass.";
    case "REDUCE_ONLY":
      return "No. Positions may only shrink.";
    case "FLATTEN":
      return held === 0 ? "No. Flattening." : `No. Closing ${plural(held, "position")}.`;
    case "HALTED":
      return held === 0 ? "No. Flat and locked." : `No. Locked with ${plural(held, "position")} open.`;
  }
}

const isBar = ({ level }: Pick<Claim, "level">): boolean => rankOf(level) >= rankOf("NO_NEW_ENTRIES");
const barsLongs = (claim: Claim): boolean => claim.side === "long" && isBar(claim);

/**
 * The claim at which the water stands: the strictest, and of those the strongest authority's. What binds new longs
 * alone leads where nothing bars the account.
 */
export function leadingClaim({ permission }: Pick<Permitted, "permission">): Claim | undefined {
  const { claims, scalar } = permission;
  const binding = isBar(permission) ? claims.filter(({ side }) => (side ?? undefined) === undefined) : claims;
  const bySeverity = binding.toSorted(
    (a, b) => rankOf(b.level) - rankOf(a.level) || Number(b.scalar === scalar) - Number(a.scalar === scalar),
  );
  return bySeverity[0];
}

/** Who says so, why and until when; without a claim, how far the next rung is. */
export function because(snapshot: Permitted): string {
  const claim = leadingClaim(snapshot);
  return claim === undefined ? nextRung(snapshot) : claimSentence(claim);
}

/** `Breakers hold it since 10:41:07 ET: equity 2.01% below the high, limit 2.00%. Until 16:00:00 ET.` */
function claimSentence({ authority, reason, since, until, liftedBy }: Claim): string {
  const verb = plurals.has(authority) ? "hold" : "holds";
  const from = newYorkClock(since);
  const start = `${authorityNames[authority]} ${verb} it${from === "" ? "" : ` since ${from} ET`}`;
  const end = until === undefined ? "" : newYorkClock(until);
  const cure = liftedBy === "operator" ? "An operator lifts it." : "It lifts itself.";
  return `${start}: ${withoutStop(reason)}. ${end === "" ? cure : `Until ${end} ET.`}`;
}

function nextRung({ drawdownFromDayHigh, drawdownLimit }: Permitted): string {
  const left = drawdownLimit - drawdownFromDayHigh;
  if (!(left > 0)) return "No claim is held. The drawdown is at its limit: the gate refuses entries.";
  return `No claim is held. Next rung: ${percent(left, 2)} more from the day’s high bars entries.`;
}

const withoutStop = (text: string): string => text.replace(/\.\s*$/, "");

/** `HH:MM:SS` in New York; empty for an instant whose clock rule is not known. */
export function newYorkClock(at: EpochMicros): string {
  if (!isZoneKnown(at)) return "";
  const wall = at + newYorkOffsetMinutes(at) * MICROS_PER_MINUTE;
  const seconds = Math.floor(
    (((wall % MICROS_PER_DAY) + MICROS_PER_DAY) % MICROS_PER_DAY) / MICROS_PER_SECOND,
  );
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
