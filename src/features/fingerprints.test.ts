/**
 * Goal    a formula that starts to give other numbers moves the version of every set it belongs to (FEAT-3); nobody
 *         has to remember.
 * Method  every registered feature over the same seeded markets; a digest of the bits of its outputs stands in
 *         fingerprints.ts. After a change that is meant: `npx vitest run src/features/fingerprints.test.ts -u`.
 */
import { describe, expect, it } from "vitest";
import { type BarBatch, type BarColumns, batchCount } from "../domain/bars.ts";
import type { EpochMicros } from "../domain/time.ts";
import { sha256Hex } from "../numerics/sha256.ts";
import { featureSetVersion, worldOf } from "./batch.ts";
import type { Feature } from "./feature.ts";
import { fingerprints } from "./fingerprints.ts";
import { randomBars } from "./random-bars.ts";
import { eventsBefore } from "./random-events.ts";
import { features } from "./registry.ts";
import { sma } from "./sma.ts";

/** Fixed, so that a new feature moves no other's digest; longer than every warm-up. */
const instants = 1640;
const common = { symbols: 3, market: "wild" } as const;
/** Days, and sessions of five-minute bars for what lives within one. */
const markets = [
  randomBars({ ...common, seed: 20260302, instants }),
  randomBars({ ...common, seed: 20260303, instants: 1500, clock: "session" }),
];
const slowest = Math.max(...features.map(({ warmup }) => warmup));

function fingerprint(feature: Feature): string {
  return sha256Hex(markets.map((columns) => bitsOver(feature, columns)).join("\n\n")).slice(0, 16);
}

/** The bits that stand in the outputs after each bar, with quotes and trades heard in between. */
function bitsOver(feature: Feature, columns: BarColumns): string {
  const state = feature.start(worldOf(columns, "S0"));
  const batch: BarBatch = { at: 0 as EpochMicros, from: 0, to: 0, columns };
  const bits: string[] = [];
  for (let b = 0; b < batchCount(columns); b++) {
    batch.at = columns.closedAt[b]! as EpochMicros;
    batch.from = columns.offset[b]!;
    batch.to = columns.offset[b + 1]!;
    for (let row = batch.from; row < batch.to; row++) {
      for (const event of eventsBefore(columns, row, batch.at)) {
        if (event.kind === "quote") state.quote?.(event.quote);
        else state.trade?.(event.trade);
      }
    }
    state.update(batch);
    for (const output of state.outputs) bits.push(new BigUint64Array(output.map(oneNaN).buffer).join(" "));
  }
  return bits.join("\n");
}

/** One bit pattern for every NaN: which one a platform makes is its own affair. */
const oneNaN = (value: number): number => (Number.isNaN(value) ? Number.NaN : value);

const entries = features.map((feature) => `  ${JSON.stringify(feature.key)}: "${fingerprint(feature)}",`);
const file = `/**
 * What each registered formula gives, as a digest of its values over two seeded markets. Written by the test beside
 * it; part of every feature set's version.
 */
export const fingerprints: Readonly<Record<string, string>> = {
${entries.join("\n")}
};
`;

describe("the fingerprints of the formulas", () => {
  it("stand in fingerprints.ts as the formulas give them", async () => {
    await expect(file).toMatchFileSnapshot("fingerprints.ts");
  });

  it("are of markets in which every feature speaks", () => {
    expect(1.2 * slowest).toBeLessThan(Math.min(...markets.map(batchCount)));
  });

  it("tell formulas apart, and a set with another fingerprint has another version", () => {
    expect(new Set(Object.values(fingerprints)).size).toBe(features.length);
    expect(fingerprints[sma({ period: 20 }).key]).toMatch(/^[0-9a-f]{16}$/);
    expect(featureSetVersion([sma({ period: 20 })])).not.toBe(featureSetVersion([sma({ period: 21 })]));
  });
});
