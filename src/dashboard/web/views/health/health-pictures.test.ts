import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HealthAnswer, LatencyHistogram } from "../../../contract/running-answers.ts";
import { healthSentence } from "./health-answer.ts";
import { latencyPicture, msText, quantileOf } from "./latency-layout.ts";

const histogram = (counts: readonly number[], change: Partial<LatencyHistogram> = {}): LatencyHistogram => ({
  id: "ack",
  label: "Submit to ack",
  goalMs: 200,
  p50Ms: null,
  p99Ms: null,
  buckets: counts.map((count, k) => ({ leMs: k === counts.length - 1 ? null : 2 ** k, count })),
  ...change,
});

describe("the latency histogram", () => {
  test("whatever the buckets hold, everything stands inside the box", () => {
    const list = fc.array(fc.nat(5000), { minLength: 1, maxLength: 24 });
    fc.assert(
      fc.property(list, (counts) => {
        const picture = latencyPicture(histogram(counts));
        const edges = picture.bars.flatMap(({ x, width }) => [x, x + width]);
        const marks = [
          picture.goalX,
          picture.p50X ?? 0,
          picture.p99X ?? 0,
          ...picture.ticks.map(({ x }) => x),
        ];
        expect([...edges, ...marks].every((x) => x >= 0 && x <= 1 + 1e-9)).toBe(true);
        expect(picture.count).toBe(counts.reduce((a, b) => a + b, 0));
      }),
    );
  });

  test("the goal is inside the axis with room behind it, however fast everything was", () => {
    expect(latencyPicture(histogram([5, 1, 0])).goalX).toBeLessThan(0.95);
  });

  test("no observation: the goal stands, no bars, no quantile, no share", () => {
    const picture = latencyPicture(histogram([0, 0, 0]));
    expect(picture).toMatchObject({ count: 0, bars: [], p50X: null, p99X: null, late: null });
  });

  test("a wide bucket is not made tall by its width alone", () => {
    const buckets = [
      { leMs: 1, count: 0 },
      { leMs: 2, count: 10 },
      { leMs: 16, count: 10 },
    ];
    const [narrow, wide] = latencyPicture(histogram([], { buckets })).bars;
    expect(narrow?.height).toBe(1);
    expect(wide?.height).toBeCloseTo(1 / 3);
  });

  test("quantiles of the buckets stand in where the server gives none", () => {
    const bins = [
      { from: 1, to: 10, count: 50 },
      { from: 10, to: 100, count: 50 },
    ];
    expect(quantileOf(bins, 0.5)).toBeCloseTo(10);
    expect(quantileOf(bins, 0.75)).toBeCloseTo(10 ** 1.5);
    expect(quantileOf([], 0.5)).toBeNull();
    expect(latencyPicture(histogram([1, 1], { p50Ms: 7 })).p50Ms).toBe(7);
  });

  test.each([
    [0.0214, "0.021 ms"],
    [0.41, "0.41 ms"],
    [3.14, "3.1 ms"],
    [38.4, "38 ms"],
    [200, "200 ms"],
    [1200, "1.20 s"],
    [null, "no data"],
  ])("%s is written %s", (ms, text) => {
    expect(msText(ms)).toBe(text);
  });
});

describe("the first sentence of System health", () => {
  const process = (id: string, state: "ok" | "late" | "down" | "off") => ({
    id,
    state,
    text: "",
    pid: 1,
    startedAt: null,
    restarts: 0,
    standby: false,
    memoryMb: null,
    memoryLimitMb: null,
    loopP99Ms: null,
  });
  const health = (change: Partial<HealthAnswer> = {}): HealthAnswer => ({
    processes: [process("execute", "ok")],
    machine: [],
    latency: [],
    sources: [],
    records: [],
    able: { fraction: 1, goal: 0.995, sessions: 1, lostMinutes: 0 },
    ...change,
  });
  const none = { critical: 0, error: 0, warning: 0 };

  test("calm is said in one sentence", () => {
    expect(healthSentence(health(), none)).toEqual({
      answer: "Everything answers.",
      because: "No open errors.",
    });
  });

  test("what is down comes before what is late, and the errors stand behind", () => {
    const found = healthSentence(
      health({ processes: [process("dashboard", "late"), process("monitor", "down")] }),
      { critical: 0, error: 1, warning: 2 },
    );
    expect(found).toEqual({
      answer: "monitor is down.",
      because: "Late: dashboard. Open: 1 error, 2 warnings.",
    });
  });

  test("a record that does not hold is said", () => {
    const records = [{ id: "chain", label: "Journal chain", state: "down" as const, text: "broken" }];
    expect(healthSentence(health({ records }), none).answer).toBe("Journal chain does not hold.");
  });
});
