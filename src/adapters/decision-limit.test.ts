/**
 * Goal    many that hang on the same bars do not hold a process as long as one that is dead, and who ends the process
 *         is not asked on the same bars again. Method: loops that never return; processes that die in a decision.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { EpochMicros } from "../domain/time.ts";
import { DecisionLimit } from "./decision-limit.ts";
import { DecisionMark } from "./decision-mark.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-mark-"));
afterAll(() => rmSync(folder, { recursive: true }));
const AT = 1_000 as EpochMicros;
const LATER = 2_000 as EpochMicros;
const hang = () => {
  for (;;);
};

function wordsOf(act: () => void): string {
  try {
    act();
    return "answered";
  } catch (error) {
    return String(error);
  }
}

it("leaves less to each that follows one that hangs on the same bars, and something to everybody", () => {
  const limit = new DecisionLimit(60);
  const allowed = ["a", "b", "c", "d", "e"].map((id) => {
    const [, ms] = /did not return within (\d+) ms/.exec(wordsOf(() => limit.run(id, hang, AT))) ?? [];
    return Number(ms);
  });
  expect(allowed[0]).toBe(60);
  // Half of what is left, at least a tenth. A timer may ring a moment early or late: two milliseconds for that.
  for (const [n, most] of [30, 15, 8, 6].entries()) {
    expect(allowed[n + 1]).toBeGreaterThanOrEqual(6);
    expect(allowed[n + 1]).toBeLessThanOrEqual(most + 2);
  }
  expect(wordsOf(() => limit.run("f", () => undefined, AT))).toBe("answered");
  expect(wordsOf(() => limit.run("a", hang, LATER))).toBe("RangeError: did not return within 60 ms");
});

describe("a decision that ends the process", () => {
  const path = join(folder, "deciding");
  const deaths: readonly (readonly [string, string])[] = [
    ["by its memory", "const all = []; for (;;) all.push(new Array(1e5).fill(all));"],
    ["by a call", "process.exit(0);"],
    ["by a signal", "process.kill(process.pid, 'SIGKILL'); for (;;);"],
  ];

  it.each(deaths)("%s is not asked on those bars again, and on later ones it is", (name, does) => {
    const file = `${path}-${name.replaceAll(" ", "-")}`;
    const address = (of: string) => JSON.stringify(new URL(of, import.meta.url).href);
    const script = `
      import { DecisionLimit } from ${address("./decision-limit.ts")};
      import { DecisionMark } from ${address("./decision-mark.ts")};
      const limit = new DecisionLimit(20_000, new DecisionMark(${JSON.stringify(file)}, "r1"));
      limit.run("calm", () => undefined, ${AT});
      limit.run("eater", () => { ${does} }, ${AT});
      console.log("went on");`;
    const args = ["--max-old-space-size=24", "--input-type=module", "-e", script];
    const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 30_000 });
    expect(stdout).not.toContain("went on");
    expect(readFileSync(file, "utf8").trim()).toBe(`r1 eater ${AT}`);

    const next = new DecisionLimit(1000, new DecisionMark(file, "r1"));
    expect(wordsOf(() => next.run("calm", () => undefined, AT))).toBe("answered");
    const words = "RangeError: the process ended while it decided on these bars";
    expect(wordsOf(() => next.run("eater", () => undefined, AT))).toBe(words);
    expect(wordsOf(() => next.run("eater", () => undefined, LATER))).toBe("answered");
    const otherRun = new DecisionLimit(1000, new DecisionMark(file, "r2"));
    expect(wordsOf(() => otherRun.run("eater", () => undefined, AT))).toBe("answered");
  });

  it("is no fault of whoever decides where no file can be had", () => {
    const limit = new DecisionLimit(1000, new DecisionMark(join(folder, "none", "deciding"), "r1"));
    expect(wordsOf(() => limit.run("calm", () => undefined, AT))).toBe("answered");
  });
});

it("who threw or was stopped has ended nothing", () => {
  const file = join(folder, "thrown");
  const limit = new DecisionLimit(20, new DecisionMark(file, "r1"));
  wordsOf(() => limit.run("a", hang, AT));
  expect(readFileSync(file, "utf8").trim()).toBe("");
});
