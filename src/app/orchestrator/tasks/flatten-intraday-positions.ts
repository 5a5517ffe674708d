/** Half an hour after the close: nothing that was meant for the day is held over night, or people are called. */
import { defineTask, done, failed } from "../task.ts";
import { heldToday } from "./close-intraday-positions.ts";

export const flattenIntradayPositions = defineTask({
  id: "flatten_intraday_positions",
  when: { kind: "clock", time: "16:30" },
  about: "Verifies that intraday strategies are flat; a CRITICAL line, which is an alert, if they are not.",
  timeoutMs: 20_000,
  retries: 2,
  inputs: "positions of execute, the horizon of each strategy",
  async run(context) {
    const held = await heldToday(context);
    if (held.length === 0) return done("strategies of the day are flat");
    const cure = `close it at the open: plimsoll close ${held[0]}`;
    const text = `${held.join(", ")} held over night by a strategy of the day; ${cure}`;
    context.log("critical", `flatten_intraday_positions: ${text}`, { task: "flatten_intraday_positions" });
    return failed(text, { held });
  },
});
