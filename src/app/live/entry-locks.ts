/**
 * What bars entries until an operator has looked, told by nobody inside the stage: a process that crashed again and
 * again (C-54), a guardian that has closed everything (C-01), and a record that is not what was written
 * (RELIABILITY 5). What is held is minded all the same.
 */
import type { ClaimChanged } from "../../domain/events.ts";
import type { GuardianBeat, GuardianState } from "../../domain/guardian-beat.ts";
import type { ExecuteInput } from "../../engine/live-execute.ts";

export type EntryLock = NonNullable<ClaimChanged["claim"]>;

const GUARDIAN = "guardian";
const RECORD = "record";
const lock = { level: "NO_NEW_ENTRIES", scalar: 1, liftedBy: "operator" } as const;

const crashLoop: EntryLock = {
  ...lock,
  authority: "circuit_breakers",
  source: "crash_loop",
  reason: "execute has crashed three times in ten minutes: entries wait for an operator",
};

/** What a supervisor's word at the start bars; undefined without it. */
export const safeStart = ({
  SAFE_START,
}: Readonly<Record<string, string | undefined>>): EntryLock | undefined =>
  SAFE_START === "1" ? crashLoop : undefined;

const closes: readonly GuardianState[] = ["flattening", "holding", "flat"];

/**
 * What the guardian's beats and the record mean for entries. Each closing, and each thing that is wrong with the
 * record, locks once, in whatever life of this process: who resumed has seen it.
 */
export class LockWords {
  readonly #known = new Set<string>();

  /** Every input that the stage consumed, replayed ones too. */
  saw(input: ExecuteInput): void {
    if (input.kind !== "event" || input.event.kind !== "ClaimChanged") return;
    const { claim } = input.event;
    if (claim?.source === GUARDIAN || claim?.source === RECORD) this.#known.add(claim.reason);
  }

  /** The lock to be raised; undefined where there is nothing new. */
  heard({ state, haltId }: Pick<GuardianBeat, "state" | "haltId">): EntryLock | undefined {
    if (haltId === undefined || !closes.includes(state)) return undefined;
    const reason = `the guardian closed everything (halt ${haltId}): entries wait for an operator`;
    return this.#once({ ...lock, authority: "kill_switch", source: GUARDIAN, reason });
  }

  /** As `heard`, of what is not what was written; `found` undefined: all is. */
  record(found: string | undefined): EntryLock | undefined {
    if (found === undefined) return undefined;
    const reason = `${found}; entries wait for an operator, exits do not; see: plimsoll verify-audit`;
    return this.#once({ ...lock, authority: "circuit_breakers", source: RECORD, reason });
  }

  #once(claim: EntryLock): EntryLock | undefined {
    if (this.#known.has(claim.reason)) return undefined;
    this.#known.add(claim.reason);
    return claim;
  }
}
