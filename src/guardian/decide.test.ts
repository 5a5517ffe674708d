import { describe, expect, it } from "vitest";
import { decide, type GuardianFacts } from "./decide.ts";

const calm: GuardianFacts = {
  killMode: "flatten",
  isExposed: true,
  hasOrders: false,
  isMarketOpen: true,
  haltMs: undefined,
  beatAgeMs: 50,
  hasBeaten: true,
  isProcessGone: false,
  isEngineClosing: false,
  lossMs: undefined,
  leaseIdleMs: undefined,
  unchangedMs: 0,
};

describe("the guardian's decision", () => {
  it.each<[string, Partial<GuardianFacts>, string]>([
    ["all is well", {}, "watch"],
    ["silent 2.9 s, process gone", { beatAgeMs: 2999, isProcessGone: true }, "watch"],
    ["silent 3 s, process gone", { beatAgeMs: 3000, isProcessGone: true }, "engine-dead"],
    ["silent 9.9 s, process there", { beatAgeMs: 9999 }, "watch"],
    ["silent 10 s, process there", { beatAgeMs: 10_000 }, "engine-dead"],
    ["silent 10 s, flat", { beatAgeMs: 10_000, isExposed: false }, "watch"],
    ["silent 10 s, the broker never seen", { beatAgeMs: 10_000, isExposed: undefined }, "watch"],
    ["silent 10 s, orders only", { beatAgeMs: 10_000, isExposed: false, hasOrders: true }, "watch"],
    ["silent 10 s, market shut", { beatAgeMs: 10_000, isMarketOpen: false }, "watch"],
    ["never heard for 59 s", { beatAgeMs: 59_999, hasBeaten: false }, "watch"],
    ["never heard for three minutes", { beatAgeMs: 180_000, hasBeaten: false }, "engine-dead"],
    ["HALT for 0.9 s", { haltMs: 999 }, "watch"],
    ["HALT for 1 s", { haltMs: 1000 }, "halt"],
    ["HALT, market shut", { haltMs: 1000, isMarketOpen: false }, "halt"],
    ["HALT, orders only", { haltMs: 1000, isExposed: false, hasOrders: true }, "halt"],
    ["HALT, nothing there", { haltMs: 1000, isExposed: false }, "watch"],
    ["HALT, halt_only", { haltMs: 1000, killMode: "halt_only" }, "watch"],
    ["HALT, cancel, positions only", { haltMs: 1000, killMode: "cancel" }, "watch"],
    ["HALT, the engine closes", { haltMs: 1000, isEngineClosing: true }, "yield to engine"],
    ["closing, nothing changes for 119 s", { isEngineClosing: true, unchangedMs: 119_999 }, "watch"],
    ["closing, nothing changes for 2 min", { isEngineClosing: true, unchangedMs: 120_000 }, "engine-stuck"],
    [
      "closing with a lease that moves, nothing changes at the broker",
      { isEngineClosing: true, unchangedMs: 120_000, leaseIdleMs: 100, haltMs: 9e5 },
      "engine-stuck",
    ],
    ["stuck, market shut", { isEngineClosing: true, unchangedMs: 9e5, isMarketOpen: false }, "watch"],
    ["stuck, halt_only", { isEngineClosing: true, unchangedMs: 9e5, killMode: "halt_only" }, "watch"],
    [
      "stuck, positions stay by the mode",
      { isEngineClosing: true, unchangedMs: 9e5, killMode: "cancel" },
      "watch",
    ],
    ["loss for 2.9 s", { lossMs: 2999 }, "watch"],
    ["loss for 3 s", { lossMs: 3000 }, "loss"],
    ["loss, market shut", { lossMs: 3000, isMarketOpen: false }, "watch"],
    ["loss, the engine closes", { lossMs: 3000, isEngineClosing: true }, "yield to engine"],
    ["dead, halt_only governs kills alone", { beatAgeMs: 10_000, killMode: "halt_only" }, "engine-dead"],
    ["a lease that moves", { haltMs: 1000, leaseIdleMs: 2999 }, "yield to lease"],
    ["a lease that stands", { haltMs: 1000, leaseIdleMs: 3000 }, "halt"],
    ["a moving lease of a dead engine", { beatAgeMs: 10_000, leaseIdleMs: 100 }, "yield to lease"],
  ])("%s: %s", (_, facts, expected) => {
    const decision = decide({ ...calm, ...facts });
    const word =
      decision.kind === "act"
        ? decision.cause
        : decision.kind === "yield"
          ? `yield to ${decision.to}`
          : "watch";
    expect(word).toBe(expected);
  });

  it("kill mode cancel cancels and closes nothing; a dead engine is always closed", () => {
    const cancels = decide({ ...calm, killMode: "cancel", haltMs: 1000, hasOrders: true });
    expect(cancels).toMatchObject({ does: "cancel" });
    const dead = decide({ ...calm, killMode: "cancel", beatAgeMs: 10_000 });
    expect(dead).toMatchObject({ does: "flatten", cause: "engine-dead" });
  });
});
