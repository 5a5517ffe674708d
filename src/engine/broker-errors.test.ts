/** C-38: what a silent broker does to entries and positions, on a clock that the test turns. */
import { expect, it } from "vitest";
import type { BrokerNews, RequestId } from "../domain/broker.ts";
import type { EpochMicros } from "../domain/time.ts";
import { BrokerErrors } from "./broker-errors.ts";

const at = (mono: number) => ({ at: 0 as EpochMicros, mono });
const request = 1 as RequestId;
const lost: BrokerNews = { kind: "unknown", request, reason: "504" };
const answer: BrokerNews = { kind: "refused", request, class: "buying_power", reason: "403" };

const failing = (count: number): BrokerErrors => {
  const errors = new BrokerErrors();
  for (let n = 0; n < count; n++) errors.heard(lost, at(n));
  return errors;
};

it("C-38: four unanswered requests in a row bar nothing, the fifth bars entries once", () => {
  expect(failing(4).time(at(10), true)).toBeUndefined();
  const errors = failing(5);
  expect(errors.time(at(10), true)?.claim).toMatchObject({ level: "NO_NEW_ENTRIES", liftedBy: "itself" });
  expect(errors.time(at(20), true)).toBeUndefined();
});

it("C-38: refusals are answers", () => {
  const errors = new BrokerErrors();
  for (let n = 0; n < 40; n++) errors.heard(answer, at(n));
  expect(errors.time(at(50), true)).toBeUndefined();
});

it("C-38: more than half of at least ten within a minute, though never five in a row", () => {
  const errors = new BrokerErrors();
  for (let n = 0; n < 12; n++) errors.heard(n % 3 === 0 ? answer : lost, at(n));
  expect(errors.time(at(20), false)?.claim?.level).toBe("NO_NEW_ENTRIES");
  const few = new BrokerErrors();
  for (let n = 0; n < 9; n++) few.heard(n % 3 === 0 ? answer : lost, at(n));
  expect(few.time(at(20), false)).toBeUndefined();
});

it("C-38: three minutes of it with positions are a latched kill, without positions never", () => {
  const held = failing(5);
  held.time(at(10), true);
  expect(held.time(at(180_009), true)).toBeUndefined();
  expect(held.time(at(180_010), true)?.claim).toMatchObject({
    authority: "kill_switch",
    level: "FLATTEN",
    liftedBy: "operator",
  });
  expect(held.time(at(180_020), true)).toBeUndefined();
  const flat = failing(5);
  flat.time(at(10), false);
  expect(flat.time(at(400_000), false)).toBeUndefined();
});

it("C-38: answers lift it, silence does not", () => {
  const errors = failing(5);
  errors.time(at(10), false);
  expect(errors.time(at(70_000), false)).toBeUndefined();
  errors.heard(answer, at(70_001));
  expect(errors.time(at(70_002), false)?.lifted).toMatchObject({ source: "broker_errors", by: "itself" });
});

it("C-38: a restart forgets what was counted and not what was barred", () => {
  const errors = failing(5);
  errors.time(at(170_000), true);
  errors.restarted(at(0));
  expect(errors.time(at(1), true)).toBeUndefined();
  expect(errors.time(at(180_001), true)?.claim?.level).toBe("FLATTEN");
});
