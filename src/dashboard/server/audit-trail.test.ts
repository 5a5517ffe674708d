/** Goal: noise at the door neither fills the audit nor hides in it who came in and what was set going. */
import { expect, it } from "vitest";
import { AuditTrail, type TrailNote } from "./audit-trail.ts";

it("a flood of refusals is counted and not written line by line; who comes in meanwhile is written down", () => {
  const written: TrailNote[] = [];
  let now = 0;
  const trail = new AuditTrail({
    path: "/nowhere/audit.jsonl",
    now: () => now,
    wallIso: () => "2026-11-20T15:00:00Z",
    ask: (question) => {
      if (question.verb === "note") written.push(question);
      return Promise.resolve({ id: "1", kind: "accepted", auditId: "1" });
    },
    log: () => undefined,
  });
  for (let n = 0; n < 500; n += 1) trail.note({ what: "request-refused", by: "web:?", reason: "bad host" });
  trail.note({ what: "login", by: "dashboard:ann", reason: "the key was right" });
  trail.note({ what: "run-task", by: "dashboard:ann", reason: "backup: now" });
  expect(written.filter(({ what }) => what === "request-refused")).toHaveLength(30);
  expect(written.slice(30).map(({ what }) => what)).toEqual(["login", "run-task"]);
  now = 60_001;
  trail.note({ what: "login-refused", by: "web:?", reason: "wrong key" });
  expect(written.at(-1)?.reason).toBe("wrong key; 470 more like this were not written down");
});
