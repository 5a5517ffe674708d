/**
 * The line of a process to its supervisor: its vitals go up every five seconds, wishes of the monitor too, and what the
 * supervisor wants of it comes down. Where nobody started it, nobody hears.
 */
import { type VitalsMeter, vitalsMeter } from "../../adapters/vitals-meter.ts";
import { type HistogramCounts, VITALS_EVERY_MS } from "../../domain/process-vitals.ts";
import type { RecoveryAsk } from "../../ops/restart-request.ts";

export interface ParentLine {
  /** What is timed here goes with the vitals under that name. */
  times(name: string, histogram: { read(): HistogramCounts }): void;
  /** Called when the supervisor says that word. */
  onAsk(word: "reconnect", act: (why: string) => void): void;
  /** The supervisor judges; its log tells how. */
  recover(ask: RecoveryAsk): void;
}

/** A line to nobody: for a stage outside a process of its own. */
export const noParent: ParentLine = {
  times: () => undefined,
  onAsk: () => undefined,
  recover: () => undefined,
};

/** Begins to tell at once. */
export function parentLine(): ParentLine {
  if (process.send === undefined) return noParent;
  const meter: VitalsMeter = vitalsMeter();
  const timed = new Map<string, { read(): HistogramCounts }>();
  const send = (message: object): void => {
    // One whose supervisor is gone ends by another word.
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
  };
  setInterval(() => {
    const histograms = Object.fromEntries([...timed].map(([name, histogram]) => [name, histogram.read()]));
    send({ vitals: { ...meter.read(), ...(timed.size === 0 ? {} : { histograms }) } });
  }, VITALS_EVERY_MS).unref();
  return {
    times: (name, histogram) => void timed.set(name, histogram),
    recover: (ask) => send({ recover: ask }),
    onAsk: (word, act) => {
      process.on("message", (message: { readonly ask?: unknown; readonly why?: unknown } | null) => {
        if (message?.ask === word) act(String(message.why ?? ""));
      });
    },
  };
}
