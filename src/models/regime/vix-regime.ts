/**
 * Regimes of the VIX and what they scale sizes by (REGIME-3): below 15, up to 25, up to 35, above.
 *
 * A worse regime begins at its bound; a better one only when the reading is `band` points clear of it, so that a VIX
 * that sits on a bound does not change sizes every day. What cannot be read is as bad as it gets (QUANT e), and is
 * not remembered: the next reading is judged from the last one that could be.
 */
import { z } from "zod";
import { defineMachine } from "./state-machine.ts";

const vixRegimes = ["calm", "normal", "elevated", "crisis"] as const;
type VixRegime = (typeof vixRegimes)[number];

interface VixVerdict {
  /** Of the last reading that could be read; null before the first. */
  readonly regime: VixRegime | null;
  /** Before this reading; where it differs from `regime`, a line of the regime log is due. */
  readonly previous: VixRegime | null;
  /** Multiplies sizes, above 0, at most 1.2. */
  readonly scale: number;
}

const scale = z.number().positive().max(1.2);

export const vixRegime = defineMachine({
  id: "vix_regime",
  params: z
    .strictObject({
      /** VIX points at which normal and elevated begin; crisis is above the last. */
      bounds: z.tuple([z.number().positive(), z.number(), z.number()]).default([15, 25, 35]),
      /** Of calm, normal, elevated, crisis. */
      scales: z.tuple([scale, scale, scale, scale]).default([1.2, 1, 0.7, 0.4]),
      /** Points below its bound at which a regime ends. */
      band: z.number().min(0).max(10).default(1),
    })
    .refine(({ bounds: [low, middle, high] }) => low < middle && middle < high, {
      error: "bounds must rise",
      path: ["bounds"],
    })
    .refine(({ scales }) => scales.every((value, k) => k === 0 || value <= scales[k - 1]!), {
      error: "scales must not rise with the VIX",
      path: ["scales"],
    }),
  state: z.strictObject({ regime: z.enum(vixRegimes).nullable() }),
  initial: { regime: null as VixRegime | null },

  /** The reading in VIX points; NaN for one that is missing or older than a day. */
  step({ regime: previous }, reading: number, { bounds, scales, band }) {
    const worst = scales[vixRegimes.length - 1]!;
    if (!(reading > 0 && reading < Infinity)) {
      return { state: { regime: previous }, said: { regime: previous, previous, scale: worst } };
    }
    const risen = levelAt(reading, bounds);
    // What it would be if the bounds were lower by the band: a better regime than that is not clear of its bound.
    const cleared = levelAt(reading + band, bounds);
    const before = previous === null ? risen : vixRegimes.indexOf(previous);
    const level = risen >= before ? risen : Math.min(before, cleared);
    const regime = vixRegimes[level]!;
    const said: VixVerdict = { regime, previous, scale: scales[level]! };
    return { state: { regime }, said };
  },
});

function levelAt(reading: number, [normal, elevated, crisis]: readonly [number, number, number]): number {
  if (reading > crisis) return 3;
  if (reading >= elevated) return 2;
  return reading >= normal ? 1 : 0;
}
