/**
 * How long the broker takes to answer (fault 5): where 95 of 100 answers no longer come within a second, an entry is
 * old when it gets there and its fate is learned late. Entries wait until the broker is prompt again; exits never do.
 *
 * RT-1  The last minute is judged, and never one answer alone: of fewer than twenty the second slowest counts. An idle
 *       account has a handful of answers a minute, one with positions some twenty: a count would span half an hour of
 *       the one and seconds of the other.
 * RT-2  What is held is free after three answers in a row within half a second, the newest of them at least four
 *       seconds after the first: what was slow before belongs to a trouble that is over. No answer frees nothing.
 */
import type { HealthVerdict } from "./guards.ts";

const LIMIT_MS = 1000;
const WELL_MS = 500;
const WELL_ANSWERS = 3;
const WELL_SPAN_MS = 4000;
const WINDOW_MS = 60_000;
/** As many as a minute of the broker's budget holds. */
const ANSWERS_MAX = 200;
const SHARE = 0.95;

interface RoundTrip {
  readonly mono: number;
  readonly ms: number;
}

export class RoundTrips {
  #answers: RoundTrip[] = [];
  #isHeld = false;

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** A request was answered, or given up, after so long; `mono` is that moment. What is no number counts as slow. */
  answered(mono: number, ms: number): void {
    this.#answers.push({ mono, ms: Number.isNaN(ms) ? Number.POSITIVE_INFINITY : ms });
    if (this.#answers.length > ANSWERS_MAX) this.#answers.shift();
  }

  judge(mono: number): HealthVerdict {
    this.#answers = this.#answers.filter((answer) => mono - answer.mono <= WINDOW_MS);
    if (this.#isHeld && this.#isPrompt()) {
      this.#isHeld = false;
      this.#answers = this.#answers.slice(-WELL_ANSWERS);
    }
    const ms = percentile95(this.#answers);
    this.#isHeld ||= ms > LIMIT_MS;
    if (!this.#isHeld) return { level: "well", reason: "" };
    return { level: "hold", reason: `the broker answers within ${shown(ms)} ms (p95), ${LIMIT_MS} allowed` };
  }

  #isPrompt(): boolean {
    const since = this.#answers.findLastIndex(({ ms }) => ms > WELL_MS) + 1;
    const prompt = this.#answers.slice(since);
    const [first, last] = [prompt[0], prompt.at(-1)];
    if (first === undefined || last === undefined || prompt.length < WELL_ANSWERS) return false;
    return last.mono - first.mono >= WELL_SPAN_MS;
  }
}

/** RT-1; 0 of fewer than two. */
function percentile95(answers: readonly RoundTrip[]): number {
  const sorted = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  const rank = Math.min(Math.ceil(SHARE * sorted.length), sorted.length - 1);
  return sorted[rank - 1] ?? 0;
}

const shown = (ms: number): string => (Number.isFinite(ms) ? String(Math.round(ms)) : "no known number of");
