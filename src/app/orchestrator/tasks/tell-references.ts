/**
 * Before the open: what strategies of the run read beside bars and nobody else tells. While something of it is not
 * known it is asked for again, so that days that come late (a sync by hand, say) are told as soon as they are there.
 */
import { defineTask } from "../task.ts";
import { tellTables } from "../tell-tables.ts";

const NONE = "no strategy of the run reads a table";

export const tellReferences = defineTask({
  id: "tell_references",
  when: { kind: "phase", phase: "PRE_MARKET" },
  about: "Tells execute the VIX and the pairs as they stand before the session, where a strategy reads them.",
  timeoutMs: 600_000,
  // Every five minutes, to the morning after.
  retries: 300,
  backOffMs: 60_000,
  lane: "child",
  inputs: "daily bars of the lake, the VIX",
  output: "reference tables vix and pairs; in the demo also universe and fundamentals",
  missing: ({ references }) => (references === undefined ? NONE : undefined),
  run: async (context) =>
    context.references === undefined
      ? { state: "unavailable", text: NONE }
      : tellTables(context, await context.references()),
});
