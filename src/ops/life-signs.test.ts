/** Goal: a service manager kills a system that hangs, and neither one that works nor one that closes. */
import { describe, expect, it } from "vitest";
import { type LifeSight, LifeSigns } from "./life-signs.ts";

const well: LifeSight = {
  nowMs: 0,
  answered: true,
  progress: 1,
  isReconciled: true,
  isExecuteUp: true,
  closingBeat: undefined,
  isEnding: false,
  text: "NORMAL",
};

/** Looks each 250 ms for so long; what was said, with its second. */
function watch(
  beat: LifeSigns,
  seconds: number,
  sight: (atMs: number) => Partial<LifeSight>,
  fromMs = 0,
): string[] {
  const said: string[] = [];
  for (let ms = fromMs; ms < fromMs + seconds * 1000; ms += 250)
    for (const line of beat.look({ ...well, nowMs: ms, progress: ms, ...sight(ms) })) said.push(line);
  return said;
}
const signs = (said: readonly string[]) => said.filter((line) => line === "WATCHDOG=1").length;

describe("SD-1 ready", () => {
  it("is said once, when execute has answered and reconciled; until then a moving start may take longer", () => {
    const beat = new LifeSigns(10_000);
    const early = watch(beat, 60, () => ({ isReconciled: false }));
    expect(early).not.toContain("READY=1");
    expect(early.filter((line) => line === "EXTEND_TIMEOUT_USEC=60000000")).toHaveLength(6);
    expect(watch(beat, 5, () => ({ answered: false }), 60_000)).not.toContain("READY=1");
    const later = watch(beat, 60, () => ({}), 65_000);
    expect(later.filter((line) => line === "READY=1")).toHaveLength(1);
  });

  it("a start that does not move is given no more time", () => {
    const said = watch(new LifeSigns(10_000), 600, () => ({
      isReconciled: false,
      answered: false,
      progress: 0,
    }));
    expect(said).toEqual([]);
  });
});

describe("SD-2 a sign of life", () => {
  it("comes three times an interval while execute gets on", () => {
    const beat = new LifeSigns(9000);
    expect(signs(watch(beat, 90, () => ({})))).toBe(30);
  });

  it.each([
    ["does not answer", { answered: false }],
    ["answers and consumes nothing and no timer of it runs", { progress: 7 }],
  ])("does not come when execute %s", (_, hung) => {
    const beat = new LifeSigns(9000);
    watch(beat, 10, () => ({}));
    // The first look may still see what was done before.
    expect(signs(watch(beat, 600, () => hung, 10_000))).toBeLessThanOrEqual(1);
  });

  it("comes while the supervisor starts execute again, and after that for its new progress", () => {
    const beat = new LifeSigns(9000);
    watch(beat, 10, () => ({}));
    expect(signs(watch(beat, 90, () => ({ answered: false, isExecuteUp: false }), 10_000))).toBe(30);
    expect(signs(watch(beat, 90, (ms) => ({ progress: ms - 100_000 }), 100_000))).toBe(30);
  });

  it("is not given where nobody waits for one", () => {
    const said = watch(new LifeSigns(undefined), 60, () => ({}));
    expect(said).toEqual(["READY=1", "STATUS=NORMAL"]);
  });
});

describe("SD-3 a flatten", () => {
  it("keeps the system alive while it moves, whoever closes, and no longer", () => {
    const beat = new LifeSigns(9000);
    watch(beat, 10, () => ({}));
    const hung = { answered: false, progress: 0 };
    expect(signs(watch(beat, 90, (ms) => ({ ...hung, closingBeat: Math.floor(ms / 1000) }), 10_000))).toBe(
      30,
    );
    expect(signs(watch(beat, 600, () => ({ ...hung, closingBeat: 99 }), 100_000))).toBeLessThanOrEqual(1);
  });
});

it("stopping is said once, and nothing after it", () => {
  const beat = new LifeSigns(9000);
  watch(beat, 10, () => ({}));
  expect(watch(beat, 60, () => ({ isEnding: true, text: "ending" }), 10_000)).toEqual([
    "STOPPING=1",
    "STATUS=ending",
  ]);
});

it("the status is told again when it changes, at most each five seconds", () => {
  const said = watch(new LifeSigns(undefined), 30, (ms) => ({ text: `${Math.floor(ms / 250)} positions` }));
  expect(said.filter((line) => line.startsWith("STATUS="))).toHaveLength(6);
});
