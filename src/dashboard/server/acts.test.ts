/** Goal: who halts is told what a halt did here, whichever mode is configured and whoever heard it (RISK-3, DA-1). */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import { InputError } from "../../domain/assert.ts";
import { type KillMode, killModes } from "../../domain/kill-mode.ts";
import { Acts, type ActTerms } from "./acts.ts";

const killSwitch = scratchFolder("acts-");
afterAll(() => rmSync(killSwitch, { recursive: true, force: true }));

const actsOf = (killMode: KillMode, ask: ActTerms["ask"]) =>
  new Acts({
    ...{
      ask,
      killSwitch,
      killMode,
      ports: {},
      by: "dashboard:tester",
      wallIso: () => "2026-11-20T12:00:00Z",
    },
    ...{ trail: { keep: () => undefined, note: () => undefined } },
  } as unknown as ActTerms);

it.each(killModes)("%s", async (mode) => {
  const says = mode === "flatten" ? /cancelled and closed/ : new RegExp(`kill.mode ${mode}`);
  const heard = actsOf(mode, async (_, __, id) => ({ id, kind: "accepted", auditId: id }));
  const halt = { verb: "halt", reason: "r" } as const;
  expect(await heard.act({ ...halt, id: `heard-${mode}` })).toMatchObject({
    status: 200,
    answer: { text: expect.stringMatching(says) },
  });
  const mute = actsOf(mode, () => Promise.reject(new InputError("execute does not answer", 1)));
  expect(await mute.act({ ...halt, id: `mute-${mode}` })).toMatchObject({
    status: 200,
    answer: { text: expect.stringMatching(says) },
  });
  expect(existsSync(join(killSwitch, "HALT"))).toBe(true);
});
