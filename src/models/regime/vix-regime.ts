/**
 * Regimes of the VIX and what they scale sizes by (REGIME-3): below 15, up to 25, up to 35, above.
 *
 * A worse regime begins at its bound; a better one only when `dwell` readings in a row are `band` points clear of it,
 * so that a VIX that sits on a bound does not change sizes every day. What cannot be read scales by `unread` at most,
 * and by less where less was in force (C-18); it is not remembered: the next reading is judged from the last one that
 * could be.
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
      /** Readings in a row that must be clear of it. */
      dwell: z.int().min(1).max(20).default(2),
      /** Of a reading that is missing or stale; never a reason to trade more. */
      unread: scale.max(1).default(0.7),
    })
    .refine(({ bounds: [low, middle, high] }) => low < middle && middle < high, {
      error: "bounds must rise",
      path: ["bounds"],
    })
    .refine(({ scales }) => scales.every((value, k) => k === 0 || value <= scales[k - 1]!), {
      error: "scales must not rise with the VIX",
      path: ["scales"],
    }),
  state: z.strictObject({ regime: z.enum(vixRegimes).nullable(), clear: z.int().min(0) }),
  initial: { regime: null as VixRegime | null, clear: 0 },

  /** The reading in VIX points; NaN for one that is missing or older than a day. */
  step({ regime: previous, clear }, reading: number, { bounds, scales, band, dwell, unread }) {
    const held = previous === null ? undefined : scales[vixRegimes.indexOf(previous)];
    if (!(reading > 0 && reading < Infinity)) {
      const said: VixVerdict = { regime: previous, previous, scale: Math.min(unread, held ?? unread) };
      return { state: { regime: previous, clear }, said };
    }
    const risen = levelAt(reading, bounds);
    // What it would be if the bounds were lower by the band: a better regime than that is not clear of its bound.
    const cleared = levelAt(reading + band, bounds);
    const before = previous === null ? risen : vixRegimes.indexOf(previous);
    const better = Math.min(before, Math.max(risen, cleared));
    const isClear = better < before;
    const isDue = isClear && clear + 1 >= dwell;
    const level = isClear && !isDue ? before : Math.max(risen, better);
    const regime = vixRegimes[level]!;
    const said: VixVerdict = { regime, previous, scale: scales[level]! };
    return { state: { regime, clear: isClear && !isDue ? clear + 1 : 0 }, said };
  },
});

function levelAt(reading: number, [normal, elevated, crisis]: readonly [number, number, number]): number {
  if (reading > crisis) return 3;
  if (reading >= elevated) return 2;
  return reading >= normal ? 1 : 0;
}
