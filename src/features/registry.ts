/** Every feature at its catalogue parameters. One line each; nothing else belongs here. */
import { adx } from "./adx.ts";
import { atr } from "./atr.ts";
import { averageVolume } from "./dollar-volume.ts";
import { ema } from "./ema.ts";
import type { Feature } from "./feature.ts";
import { highestLowest } from "./highest-lowest.ts";
import { realizedVolatility } from "./realized-volatility.ts";
import { logReturn, simpleReturn } from "./returns.ts";
import { rsi } from "./rsi.ts";
import { sma } from "./sma.ts";

export const features: readonly Feature[] = [
  ...[1, 5, 10, 20].map((bars) => simpleReturn({ bars })),
  ...[1, 5, 10, 20].map((bars) => logReturn({ bars })),
  ...[5, 10, 20, 50, 200].map((period) => sma({ period })),
  ...[12, 20, 26, 50].map((period) => ema({ period })),
  ...[2, 14].map((period) => rsi({ period })),
  atr({ period: 14 }),
  adx({ period: 14 }),
  ...[10, 20, 60].map((period) => realizedVolatility({ period })),
  ...[14, 20].map((period) => highestLowest({ period })),
  averageVolume({ period: 20 }),
];
