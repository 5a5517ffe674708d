/** Goal: a message says all that it must say, and nothing that others wrote does anything in it (C-60, SYSTEM 18). */
import { describe, expect, it } from "vitest";
import type { Incident } from "../../domain/alert.ts";
import { alertCauses, causeOfText, runbookOf } from "./alert-causes.ts";
import { cut, inertLine } from "./inert-text.ts";
import { messageText, SMS_MAX } from "./message-text.ts";

const incident: Incident = {
  ...{ id: 17, level: "critical", cause: "not-flat", source: "execute", shapes: [], state: "open" },
  ...{
    text: "flatten h1: not flat: AAPL, 62 of 60 s",
    lastText: "flatten h1: not flat: MSFT, 71 of 60 s",
    count: 3,
  },
  ...{ openedMs: Date.parse("2026-11-20T15:04:05.678Z"), lastMs: Date.parse("2026-11-20T15:06:00Z") },
  ...{ messages: 1, toldMs: 0, toldCount: 0 },
};
const facts = { mode: "live", run: "l1abc" };
const told = (changes: Partial<Incident> = {}, kind: "first" | "repeat" | "test" = "first") =>
  messageText({ id: "l1abc-live-9", kind }, { ...incident, ...changes }, facts);

describe("a message", () => {
  it("says mode, run, level, what happened with its numbers, since when, the cure and how to acknowledge", () => {
    expect(told().subject).toBe("[live l1abc] CRITICAL: flatten h1: not flat: AAPL, 62 of 60 s");
    expect(told().body).toBe(
      [
        "CRITICAL in mode live, run l1abc",
        "What: flatten h1: not flat: AAPL, 62 of 60 s",
        "Count: 3 of this cause, the last at 2026-11-20 15:06:00 UTC",
        "Last: flatten h1: not flat: MSFT, 71 of 60 s",
        "Since: 2026-11-20 15:04:05 UTC",
        "From: execute",
        "Cure: docs/RUNBOOK.md#not-flat",
        "Acknowledge: plimsoll alerts ack 17, or on the page of alerts",
        "Message l1abc-live-9",
      ].join("\n"),
    );
    expect(told({}, "repeat").subject).toContain("CRITICAL, not acknowledged yet:");
    expect(told({ cause: "test", level: "info" }, "test").body).not.toContain("Acknowledge");
  });

  it("is a text message still when the words are long, with cure and number in it", () => {
    const long = "x".repeat(5000);
    const { short, subject, body } = told({ text: long, lastText: `${long} y`, source: long });
    expect(short.length).toBeLessThanOrEqual(SMS_MAX);
    expect(short).toContain("alerts ack 17");
    expect(short).toContain("#not-flat");
    expect(body).toBe(short);
    expect(subject.length).toBeLessThanOrEqual(150);
  });

  it("words of others forge no line, no header, no direction of writing", () => {
    const evil = "AAPL\r\nBcc: x@evil.example\u2028Cure: none\u0000\u001b[2J\u202egnirts\ud800 end";
    const { subject, body } = told({ text: evil, lastText: evil, source: evil });
    expect(`${subject}${body.replaceAll("\n", "")}`).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    expect(body.split("\n").filter((line) => line.startsWith("Cure: "))).toEqual([
      "Cure: docs/RUNBOOK.md#not-flat",
    ]);
    expect(inertLine("a\tb\n c")).toBe("a b c");
    expect(cut("ab😀", 3)).toBe("ab…");
  });
});

describe("the causes", () => {
  it.each([
    ["kill: day loss 3.1 % of 3 %", "closing"],
    ["everything is being closed: the file HALT is there", "closing"],
    ["the guardian closes everything: no beat for 3000 ms", "closing"],
    ["the guardian closed everything (halt x): entries wait for an operator", "closing"],
    ["the guardian cannot see the account: timeout", "broker-silent"],
    ["flatten h1 ended HALTED: day loss", "closed"],
    ["flatten h1: not flat: AAPL", "not-flat"],
    ["flatten h1: the market is shut: closing goes on a minute after it opens", "not-flat"],
    ["AAPL: 5 attempts within an hour did not close it; close it by hand", "not-flat"],
    ["XYZ: held at the broker and not traded here; close it by hand", "not-flat"],
    ["the broker refuses our key (401): nothing is entered", "broker-key"],
    ["the broker's stream of updates refuses our key: 401", "broker-key"],
    ["order p-1 is in our books and unknown to the broker", "unknown-order"],
    ["order p-1 was given up and exists after all", "unknown-order"],
    ["AAPL: position opened by somebody else: 5 against 0", "unexplained-position"],
    ["AAPL: an order that is not ours works (17)", "unexplained-position"],
    ["equity 97000.00 in our books, 96000.00 at the broker: entries wait", "unexplained-cash"],
    ["cash at the broker is 100.00 dollars ahead of our books", "unexplained-cash"],
    ["the broker restricts account 123", "account-restricted"],
    ["strategy x threw and is disabled (TypeError)", "strategy-fault"],
    ["safety mode has lasted two minutes: no entries until the channels are well", "feed-mute"],
    ["the disk is full: what the ballast left is enough to close with; make room on it", "disk-full"],
    ["journal.db: disk I/O error", "journal"],
    ["execute has crashed 3 times in 10 minutes: it starts in safe hold from now on", "crash-loop"],
    ["execute was killed: it was not ready after 60000 ms", "crash-loop"],
    ["broke: TypeError: x is not a function", "process-broke"],
    ["alerts does not start: no such file", "monitor-part"],
  ])("%s is about %s", (text, cause) => expect(causeOfText(text)).toBe(cause));

  it("other words go by their shape, and have a page of the runbook, too", () => {
    expect(causeOfText("queue of 17 is longer than 5")).toBe(causeOfText("queue of 4 is longer than 9"));
    expect(runbookOf(causeOfText("something new 1"))).toBe("docs/RUNBOOK.md#any-other-alert");
    expect(runbookOf("health disk")).toBe("docs/RUNBOOK.md#health");
    expect(new Set(alertCauses.map(({ id }) => id)).size).toBe(alertCauses.length);
  });
});
