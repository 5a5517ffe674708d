/**
 * Goal: what is told of the fills is what the books hold, counted once, and the same after a restart has replayed it;
 * what is timed is the time between the right two moments.
 */
import { expect, it } from "vitest";
import { FillQuality } from "../src/app/live/fill-quality.ts";
import { RequestTimes } from "../src/app/live/request-times.ts";
import type { BrokerRequest } from "../src/domain/broker.ts";
import type { ExecuteInput } from "../src/engine/live-execute.ts";
import { countOf } from "../src/ops/metrics/latency-histogram.ts";
import { reconciledWorld } from "./live-world.ts";

it("counts each fill and each order once, and knows where the price was a minute later", async () => {
  const world = await reconciledWorld();
  const quality = new FillQuality(world.live.stage);
  world.heard = (input) => {
    if (input.kind === "event" && input.event.kind === "BarsClosed") quality.bars(input.event.bars);
  };
  world.enter("ACME", 100, 90);
  await world.run(5);
  quality.refresh();
  quality.refresh();
  expect([countOf(quality.slippage.read()), countOf(quality.fill.read())]).toEqual([1, 1]);
  expect(countOf(quality.adverse.read())).toBe(0);
  world.price("ACME", 99);
  await world.run(150);
  const adverse = quality.adverse.read();
  expect(countOf(adverse)).toBe(1);
  expect(adverse.sum).toBeCloseTo(0.01, 3);
  const entry = quality.orders().filter(({ kind, count }) => kind === "entry" && count > 0);
  expect([entry, quality.orders().length]).toEqual([[{ kind: "entry", outcome: "filled", count: 1 }], 30]);
  expect(quality.fillRatio).toBe(1);
  // A life that reads it all anew comes to the same.
  const again = new FillQuality(world.live.stage);
  again.refresh();
  expect(again.slippage.read()).toEqual(quality.slippage.read());
  expect(again.orders()).toEqual(quality.orders());
});

it("times a submission from what led to it, and the broker's answer from the submission", () => {
  const times = new RequestTimes();
  const request = (kind: string, id: number) => ({ kind, id }) as BrokerRequest;
  const input = (kind: string, mono: number, more: object = {}) =>
    ({ kind, now: { at: 0, mono }, ...more }) as ExecuteInput;
  times.stepped(input("decision", 100), { requests: [request("Submit", 1), request("Cancel", 2)] });
  times.sent(request("Submit", 1), 120);
  times.sent(request("Cancel", 2), 120);
  times.stepped(input("news", 150, { news: { kind: "accepted", request: 1 } }), { requests: [] });
  // Told twice, or never asked: nothing.
  times.stepped(input("news", 190, { news: { kind: "accepted", request: 1 } }), { requests: [] });
  times.stepped(input("news", 190, { news: { kind: "done", request: 2 } }), { requests: [] });
  expect([times.decisionToOrder.read().sum, times.submitToAck.read().sum]).toEqual([0.02, 0.03]);
  expect([countOf(times.decisionToOrder.read()), countOf(times.submitToAck.read())]).toEqual([1, 1]);
});
