/** Goal: `kill.mode` is one of three words, the strict profile takes the strictest, and nobody is left not knowing. */
import { describe, expect, it } from "vitest";
import { terms } from "../../test/live-session.ts";
import type { EpochMicros } from "../domain/time.ts";
import { loadConfig, withSettings } from "./config.ts";
import { killWarning } from "./kill-params.ts";
import { buildExecute, lifecycleOf } from "./live/build-execute.ts";

describe("kill.mode", () => {
  it("closes everything unless it is told otherwise, and under the strict profile whatever it is told", () => {
    expect(loadConfig().kill.mode).toBe("flatten");
    expect(loadConfig({ assignments: ["kill.mode=cancel"] }).kill.mode).toBe("cancel");
    for (const mode of ["halt_only", "cancel"])
      expect(loadConfig({ assignments: [`kill.mode=${mode}`], profile: "strict" }).kill.mode).toBe("flatten");
  });

  it("of another word stops the program and is named", () => {
    expect(() => loadConfig({ assignments: ["kill.mode=nothing"] })).toThrow(/kill\.mode = "nothing"/);
    expect(() => loadConfig({ assignments: ["kill.modus=flatten"] })).toThrow(/unknown key modus at kill/);
  });

  it("is told in one line at the start where a kill leaves positions open", () => {
    expect(killWarning({ mode: "flatten" })).toBeUndefined();
    for (const mode of ["halt_only", "cancel"] as const) {
      expect(killWarning({ mode })).toContain(`kill.mode is ${mode}`);
      expect(killWarning({ mode })).not.toContain("\n");
    }
  });

  it("that closes nothing is an alert of its own when somebody kills", () => {
    for (const [mode, count] of [
      ["halt_only", 1],
      ["cancel", 1],
      ["flatten", 0],
    ] as const) {
      const config = withSettings(terms.config, [`kill.mode=${mode}`], "test");
      const execute = buildExecute({ ...terms, config }, lifecycleOf(terms));
      const at = 1_763_480_000_000_000 as EpochMicros;
      const event = { kind: "OperatorActed", at, action: "halt", by: "me", reason: "a test" } as const;
      execute.step({ kind: "event", event, now: { at, mono: 0 } });
      const told = execute.output.alarms.filter(({ text }) => text.includes(`kill.mode ${mode}`));
      expect(told).toHaveLength(count);
      for (const { severity, text } of told)
        expect([severity, text]).toEqual(["page", expect.stringMatching(/me: a test/)]);
    }
  });
});
