/** Goal: where people must be reachable, five minutes without a word of it bar entries, and a word lifts it (C-60). */
import { describe, expect, it } from "vitest";
import type { ExecuteInput } from "../../engine/live-execute.ts";
import { ChannelWord } from "./channel-word.ts";

const patienceMs = 300_000;
const made = (isNeeded = true) => new ChannelWord({ isNeeded, patienceMs });
const claim = { authority: "orchestrator", source: "alerts", level: "NO_NEW_ENTRIES", liftedBy: "itself" };
const lifted = { authority: "orchestrator", source: "alerts", by: "itself" };

describe("execute's own clock", () => {
  it("silence of the monitor for five minutes bars, once; a word of a working channel lifts, once", () => {
    const word = made();
    expect([word.look(1000), word.look(300_999)]).toEqual([undefined, undefined]);
    expect(word.look(301_000)).toMatchObject({ claim });
    expect(word.look(400_000)).toBeUndefined();
    word.heard(true, 401_000);
    expect(word.look(401_100)).toEqual({ lifted });
    expect(word.look(401_200)).toBeUndefined();
  });

  it("a no is not better than silence; a yes now and then is enough", () => {
    const word = made();
    word.look(0);
    for (let ms = 0; ms <= 290_000; ms += 10_000) word.heard(false, ms);
    expect(word.look(300_000)).toMatchObject({ claim });
    const well = made();
    for (let ms = 0; ms <= 3_600_000; ms += 15_000) {
      well.heard(true, ms);
      expect(well.look(ms)).toBeUndefined();
    }
  });

  it("the reason has both numbers", () => {
    const word = made();
    word.look(0);
    expect(word.look(312_000)).toMatchObject({ claim: { reason: expect.stringContaining("312 of 300 s") } });
  });

  it("where nobody need be reachable nothing is barred, ever", () => {
    const word = made(false);
    word.look(0);
    expect(word.look(1e9)).toBeUndefined();
  });

  it("after a restart it knows what it holds, and begins to wait anew", () => {
    const word = made();
    const event = { kind: "ClaimChanged", at: 0, claim: { ...claim, scalar: 1, reason: "" } };
    word.saw({ kind: "event", event, now: { at: 0, mono: 0 } } as unknown as ExecuteInput);
    word.heard(false, 900);
    expect([word.look(1000), word.look(301_500)]).toEqual([undefined, undefined]);
    word.heard(true, 305_000);
    expect(word.look(305_100)).toEqual({ lifted });
  });
});
