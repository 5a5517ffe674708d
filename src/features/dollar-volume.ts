/** Average volume of the bars before this one, in dollars and in shares: what an order may count on to meet. */
import { z } from "zod";
import { defineFeature } from "./feature.ts";
import { loadColumns, saveColumns, stateColumns } from "./per-instrument-columns.ts";

/**
 * `dollar_adv_n_excl`, dollars: mean of close times volume; `adv_n_excl`, shares: mean volume; both over
 * the n bars before the current one, so that a bar's own burst cannot enlarge the order sent on it. On
 * daily bars these are the ADV of sizing and cost models. Never negative. Source: QUANT a3 #32, #37.
 *
 * Sums are exact again each time the ring wraps (see the simple moving average). Between wraps rounding
 * may leave a hair of dollars when trading has stopped; whole shares leave none, so they decide on zero.
 */
export const averageVolume = defineFeature({
  name: "average_volume",
  family: "volume",
  inputs: ["close", "volume"],
  params: z.strictObject({ period: z.int().min(1).max(1000) }),
  reference: "QUANT a3 #32, #37",
  outputs: ({ period }) => ({ [`dollar_adv_${period}_excl`]: "usd", [`adv_${period}_excl`]: "shares" }),
  warmup: ({ period }) => period + 1,

  start({ period }, { instruments }) {
    const state = initialState(period, instruments);
    const { dollarRing, dollarLap, dollarSum, dollarMean } = state;
    const { shareRing, shareLap, shareSum, shareMean, slot } = state;
    return {
      outputs: [dollarMean, shareMean],
      update({ columns: { instrument, close, volume }, from, to }) {
        for (let row = from; row < to; row++) {
          const i = instrument[row]!;
          const traded = Math.max(0, shareSum[i]!);
          shareMean[i] = traded / period;
          dollarMean[i] = traded === 0 ? 0 : Math.max(0, dollarSum[i]!) / period;

          const shares = volume[row]!;
          const dollars = close[row]! * shares;
          const s = slot[i]!;
          const at = i * period + s;
          const dollarsThisLap = dollarLap[i]! + dollars;
          const sharesThisLap = shareLap[i]! + shares;
          const wraps = s + 1 === period;
          dollarSum[i] = wraps ? dollarsThisLap : dollarSum[i]! + (dollars - dollarRing[at]!);
          shareSum[i] = wraps ? sharesThisLap : shareSum[i]! + (shares - shareRing[at]!);
          dollarLap[i] = wraps ? 0 : dollarsThisLap;
          shareLap[i] = wraps ? 0 : sharesThisLap;
          dollarRing[at] = dollars;
          shareRing[at] = shares;
          slot[i] = wraps ? 0 : s + 1;
        }
      },
      save: () => saveColumns(state),
      load: (snapshot) => loadColumns(state, snapshot),
    };
  },
});

function initialState(period: number, instruments: number) {
  const state = stateColumns(instruments, {
    dollarRing: period,
    dollarLap: 1,
    dollarSum: 1,
    dollarMean: 1,
    shareRing: period,
    shareLap: 1,
    shareSum: 1,
    shareMean: 1,
    slot: 1,
  });
  const { dollarSum, dollarMean, shareSum, shareMean } = state;
  for (const column of [dollarSum, dollarMean, shareSum, shareMean]) column.fill(Number.NaN);
  return state;
}
