/**
 * Keys that are tried: after a few wrong ones nobody is let in for a while, whoever asks, and each wrong one costs time
 * (RELIABILITY 5). Whoever has a session is not touched by it.
 */
import { isSameSecret } from "./access-key.ts";

const FAILURES_MAX = 5;
const WINDOW_MS = 60_000;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 2000;

export type KeyVerdict =
  | { readonly kind: "right" }
  /** It is answered so many milliseconds later. */
  | { readonly kind: "wrong"; readonly delayMs: number }
  /** Nothing was compared: too many were wrong. */
  | { readonly kind: "locked"; readonly waitSeconds: number };

export class KeyGuard {
  readonly #key: string;
  readonly #now: () => number;
  /** When the last wrong ones came, monotonic milliseconds. */
  #failures: readonly number[] = [];

  constructor(key: string, now: () => number) {
    this.#key = key;
    this.#now = now;
  }

  judge(given: string): KeyVerdict {
    const now = this.#now();
    this.#failures = this.#failures.filter((at) => now - at < WINDOW_MS);
    const [oldest] = this.#failures;
    if (oldest !== undefined && this.#failures.length >= FAILURES_MAX)
      return { kind: "locked", waitSeconds: Math.ceil((oldest + WINDOW_MS - now) / 1000) };
    if (isSameSecret(given, this.#key)) return { kind: "right" };
    const delayMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#failures.length);
    this.#failures = [...this.#failures, now];
    return { kind: "wrong", delayMs };
  }
}
