import { describe, expect, it } from "vitest";
import { keysFrom, parseTerms } from "./terms.ts";

const good = {
  root: "var",
  apiUrl: "http://127.0.0.1:9/",
  socketPath: "var/run/guardian.sock",
  killMode: "flatten",
  dayLossMax: 0.03,
  clock: { machineMs: 1, exchangeAt: 2, speed: 60, skipsClosedHours: true },
};

describe("the guardian's terms", () => {
  it("are read from JSON, a trailing slash of an address left out", () => {
    expect(parseTerms(JSON.stringify(good), "t")).toEqual({ ...good, apiUrl: "http://127.0.0.1:9" });
  });

  it.each([
    ["root", 7],
    ["apiUrl", "ftp://x"],
    ["dataUrl", "x"],
    ["socketPath", ""],
    ["killMode", "maybe"],
    ["dayLossMax", 0],
    ["dayLossMax", 0.031],
    ["dayLossMax", null],
    ["clock", { speed: 0 }],
    ["clock", undefined],
  ])("%s = %j is refused by name", (key, value) => {
    expect(() => parseTerms(JSON.stringify({ ...good, [key]: value }), "t")).toThrow(
      new RegExp(`^t: ${key} = `),
    );
  });

  it("no JSON and no keys are refused in words", () => {
    expect(() => parseTerms("{", "t")).toThrow(/no JSON object/);
    expect(() => keysFrom({ GUARDIAN_KEY_ID: "a" })).toThrow(/GUARDIAN_SECRET_KEY/);
    expect(keysFrom({ ALPACA_KEY_ID: "a", ALPACA_SECRET_KEY: "b" })).toEqual({ keyId: "a", secret: "b" });
  });
});
