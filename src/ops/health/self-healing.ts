/**
 * From what the checks find to what is done about it (OPS-3): cure, then tell people, then keep entries out. Decisions
 * over monotonic milliseconds; who asks the supervisor, the disk and execute is elsewhere.
 *
 * HL-1  Something that is down is cured a few times at most, with a pause between; what stays so is told as critical,
 *       and where it is dangerous nothing is entered until it is over.
 * HL-2  Nothing is done about what stood while whoever looks was asleep: it is looked at anew.
 */
import { CheckState, type CheckTimes } from "./check-state.ts";
import type { Cure, Finding } from "./health-checks.ts";
import type { HealthLine } from "./health-record.ts";

export type HealthAct =
  | { readonly kind: "cure"; readonly cure: Cure; readonly why: string }
  | {
      readonly kind: "raise";
      readonly level: "warning" | "critical";
      readonly cause: string;
      readonly text: string;
    }
  | { readonly kind: "clear"; readonly cause: string };

const usual: CheckTimes = { lateMs: 15_000, downMs: 15_000, betterMs: 30_000 };
/** Where the finding has waited long enough by itself. */
const prompt: CheckTimes = { ...usual, lateMs: 0, downMs: 0 };
const times: Readonly<Record<string, CheckTimes>> = {
  hung: prompt,
  "crash-loop": prompt,
  feed: prompt,
  supervisor: prompt,
  execute: prompt,
  running: { ...usual, lateMs: 60_000 },
  // A restart that a figure of one minute asks for would come too often.
  memory: { ...usual, lateMs: 30_000, downMs: 30_000 },
  "event-loop": { ...usual, lateMs: 30_000, downMs: 30_000 },
};
const CURES_MAX = 3;
const CURE_EVERY_MS = 60_000;
/** Between two looks: more, and whoever looks was asleep. */
const SLEPT_AFTER_MS = 20_000;

interface Case {
  readonly state: CheckState;
  finding: Finding;
  cured: number;
  curedMs: number;
  /** What was told to people last. */
  told: "warning" | "critical" | undefined;
}

export class SelfHealing {
  readonly #cases = new Map<string, Case>();
  #lookedMs = Number.NaN;

  /** To be called every few seconds with all that was found. */
  look(findings: readonly Finding[], nowMs: number): HealthAct[] {
    const slept = nowMs - this.#lookedMs > SLEPT_AFTER_MS;
    this.#lookedMs = nowMs;
    const seen = new Set<string>();
    const acts = findings.flatMap((finding) => {
      const key = keyOf(finding);
      seen.add(key);
      const known = this.#cases.get(key) ?? freshCase(finding, nowMs);
      this.#cases.set(key, known);
      known.finding = finding;
      if (slept) known.state.slept();
      known.state.see(slept ? known.state.state : finding.level, nowMs);
      return slept ? [] : this.#actsOf(key, known, nowMs);
    });
    // What nobody can say any more anything of is over: a process that is not part of the system, a market that closed.
    for (const [key, known] of this.#cases) {
      if (seen.has(key)) continue;
      this.#cases.delete(key);
      if (known.told !== undefined) acts.push({ kind: "clear", cause: key });
    }
    return acts;
  }

  /** Why nothing should be entered; undefined where nothing stands against it. */
  get danger(): string | undefined {
    for (const { state, finding, told } of this.#cases.values())
      if (finding.isDangerous && state.state === "down" && told === "critical") return finding.text;
    return undefined;
  }

  /** `wallMs`: milliseconds since 1970 at the moment `nowMs`. */
  lines(nowMs: number, wallMs: number): HealthLine[] {
    return [...this.#cases.values()].map(({ state, finding: { check, subject, text } }) => ({
      ...{ check, subject, state: state.state, text: state.state === "ok" ? "" : text },
      since: new Date(wallMs - (nowMs - state.sinceMs)).toISOString(),
    }));
  }

  #actsOf(key: string, known: Case, nowMs: number): HealthAct[] {
    const { state, finding } = known;
    const { text, cures } = finding;
    if (state.state === "ok") {
      const wasTold = known.told !== undefined;
      known.told = undefined;
      known.cured = 0;
      return wasTold ? [{ kind: "clear", cause: key }] : [];
    }
    if (state.state === "late") return this.#tell(key, known, "warning");
    // While the check looks well again, the cure may be working.
    if (finding.level === "ok") return [];
    const cure = cures[Math.min(known.cured, cures.length - 1)];
    if (cure === undefined) return this.#tell(key, known, "critical");
    if (nowMs - known.curedMs < CURE_EVERY_MS) return [];
    if (known.cured >= CURES_MAX) return this.#tell(key, known, "critical");
    known.cured += 1;
    known.curedMs = nowMs;
    return [{ kind: "cure", cure, why: text }, ...this.#tell(key, known, "warning")];
  }

  /** Once for each level. */
  #tell(key: string, known: Case, level: "warning" | "critical"): HealthAct[] {
    if (known.told === level || known.told === "critical") return [];
    known.told = level;
    return [{ kind: "raise", level, cause: key, text: known.finding.text }];
  }
}

const keyOf = ({ check, subject }: Finding): string =>
  `health ${check}${subject === "" ? "" : ` ${subject}`}`;

const freshCase = (finding: Finding, nowMs: number): Case => ({
  state: new CheckState(times[finding.check] ?? usual, nowMs),
  finding,
  cured: 0,
  curedMs: Number.NEGATIVE_INFINITY,
  told: undefined,
});
