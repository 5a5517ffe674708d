/**
 * Which regime counts, and what share of their size new longs get in it (REGIME-1). Once a day, before the open, from
 * filtered probabilities of the evening before.
 *
 * A regime is entered at `enter` and left below `leave`, so that a probability that trembles about one bound opens and
 * shuts nothing (QUANT c). Where none is likely enough it is Neutral. A regime lasts for `barsMin` days at least, but
 * a Bear that is sure of itself waits for nobody: only what lets more through may be late.
 */
import { z } from "zod";
import type { RegimeProbabilities } from "./regime-model.ts";
import { defineMachine } from "./state-machine.ts";

const regimes = ["Bull", "Neutral", "Bear"] as const;
type Regime = (typeof regimes)[number];

interface RegimeVerdict {
  /** Null while no model speaks, or a sick one. */
  readonly regime: Regime | null;
  /** Before this day; null at first. */
  readonly previous: Regime | null;
  /** Share of its size that a new long gets, 0 to 1; 0 bars it. Null regimes get 0: no model, no new longs. */
  readonly longScale: number;
}

export const regimeGate = defineMachine({
  id: "regime_gate",
  params: z
    .strictObject({
      /** Filtered probability from which on a regime is entered. */
      enter: z.number().gt(0.5).max(1).default(0.7),
      /** And below which it is left. */
      leave: z.number().min(0).max(1).default(0.5),
      /** Days that a regime lasts at least. */
      barsMin: z.int().min(1).max(250).default(3),
      /** Share of their size that new longs get in Neutral; the source document gives them none. */
      neutralScale: z.number().min(0).max(1).default(0),
    })
    .refine(({ enter, leave }) => leave < enter, { error: "leave must be below enter", path: ["leave"] }),
  state: z.strictObject({ regime: z.enum(regimes).nullable(), bars: z.int().min(0) }),
  initial: { regime: null as Regime | null, bars: 0 },

  step(held, seen: RegimeProbabilities, { enter, leave, barsMin, neutralScale }) {
    const said = (regime: Regime | null): RegimeVerdict => ({
      regime,
      previous: held.regime,
      longScale: regime === "Bull" ? 1 : regime === "Neutral" ? neutralScale : 0,
    });
    const chance = { Bull: seen.bull, Neutral: seen.neutral, Bear: seen.bear };
    if (!regimes.every((regime) => chance[regime] >= 0)) {
      return { state: { regime: null, bars: 0 }, said: said(null) };
    }
    const { regime: now, bars } = held;
    const isStill = now !== null && chance[now] >= leave;
    const next = regimes.find((regime) => chance[regime] >= enter) ?? (isStill ? now : "Neutral");
    const isLate = now !== null && next !== "Bear" && bars < barsMin;
    if (now === next || isLate) return { state: { regime: now, bars: bars + 1 }, said: said(now) };
    return { state: { regime: next, bars: 1 }, said: said(next) };
  },
});
