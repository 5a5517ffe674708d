/** Goal: a position that prices carried past its cap is no trouble until it is past the bound of drift (C-13). */
import { expect, it } from "vitest";
import { engineSample } from "../../../test/engine-metrics-sample.ts";
import { type HealthFacts, healthFindings } from "./health-checks.ts";

const drifted = (use: number | null) => {
  const engine = { ...engineSample, limits: [{ control: "C-13", use, limit: 0.05 }] };
  const machine = { memoryBytes: 2, availableBytes: 1, diskFreeBytes: 1, diskBytes: 2 };
  const facts: HealthFacts = {
    ...{ engine, engineAgeSeconds: 1, processes: [], supervisorAgeSeconds: 1, machine, ledgerLag: 0 },
  };
  return healthFindings(facts).find(({ check }) => check === "position-drift");
};

it.each([
  [0.0505, "ok"],
  [0.075, "ok"],
  [0.0751, "late"],
  [null, "ok"],
])("%s of equity at a cap of 5 %% is %s", (use, level) => {
  expect(drifted(use)?.level).toBe(level);
});

it("says both numbers and the cure, and keeps nobody from trading", () => {
  expect(drifted(0.08)).toMatchObject({
    text: expect.stringMatching(/8\.0 % of equity, 7\.5 % allowed; trim it/),
    isDangerous: false,
  });
});
