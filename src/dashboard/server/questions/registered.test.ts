/** Goal: the page shows the models of the registry and the pairs of the newest discovery, and nothing of older ones. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { scratchFolder } from "../../../../test/scratch-folder.ts";
import { ModelRegistry } from "../../../adapters/models/model-registry.ts";
import { type PairRow, PairsDb } from "../../../adapters/pairs-db.ts";
import { RegisteredQuestion } from "./registered.ts";

const root = scratchFolder("plimsoll-registered-");
mkdirSync(join(root, "db"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const pair = (y: string, x: string, p: number, refusals: readonly string[] = []): PairRow => ({
  ...{ y, x, sector: null, distance: 1, statistic: -4, p, otherP: p, rate: 0.01, hedge: 1, tlsHedge: 1 },
  ...{ firstHalfHedge: 1, secondHalfHedge: 1, halfLife: 5, off: 1, tradedHedge: 1.25, tradedMean: 0 },
  ...{ tradedDeviation: 0.01, tradedHalfLife: 5.5, refusals },
});

it("is empty where there is none, and sees what is made afterwards", () => {
  const question = new RegisteredQuestion(root);
  expect([question.models(), question.pairs()]).toEqual([[], []]);

  const pairs = new PairsDb(join(root, "db", "pairs.db"));
  const found = { createdAt: "2026-01-02T00:00:00Z", snapshot: "s", params: "{}", symbols: 4, tested: 3 };
  pairs.record({ ...found, discoveryId: "a", asOf: "2026-01-02" }, [pair("OLD", "OLDER", 0.001)]);
  pairs.record({ ...found, discoveryId: "b", asOf: "2026-02-02" }, [
    pair("KO", "PEP", 0.4, ["cointegration"]),
    pair("GLD", "IAU", 0.02),
    pair("SPY", "IVV", 0.001),
  ]);
  pairs.close();
  expect(question.pairs()).toEqual([
    { id: "SPY / IVV", text: "p 0.0010, hedge 1.25, half-life 5.5 sessions, as of 2026-02-02" },
    { id: "GLD / IAU", text: "p 0.0200, hedge 1.25, half-life 5.5 sessions, as of 2026-02-02" },
  ]);

  const registry = new ModelRegistry(root);
  const facts = {
    ...{ name: "swing.meta", format: "lightgbm", snapshot: "s", features: [], featureVersion: "f" },
    ...{ params: {}, metrics: {}, gates: [{ name: "Sharpe", passed: true }] },
  } as unknown as Parameters<ModelRegistry["add"]>[0];
  const words = (day: string, reason: string) => ({ at: `2026-03-${day}T00:00:00Z`, by: "me", reason });
  registry.add(facts, "one", words("01", "trained"));
  registry.add(facts, "two", words("02", "trained"));
  registry.move("swing.meta@1", "shadow", words("03", "to be watched"));
  registry.close();
  expect(question.models()).toEqual([
    { id: "swing.meta@1", stage: "shadow", text: "trained 2026-03-01; since 2026-03-03: to be watched" },
    { id: "swing.meta@2", stage: "candidate", text: "trained 2026-03-02; since 2026-03-02: trained" },
  ]);
  question.close();
});
