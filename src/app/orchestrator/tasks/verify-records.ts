/**
 * At night: every journal and every act of an operator is as it was written. Where it is not, entries wait for an
 * operator, once for each thing that is wrong (RELIABILITY 5): what bars is a pause, because nothing heals by itself.
 */
import { createHash } from "node:crypto";
import { InputError } from "../../../domain/assert.ts";
import { defineTask, done, failed } from "../task.ts";
import type { TaskContext } from "../task-context.ts";

const NONE = "not available yet: nobody walks the record here";

export const verifyRecords = defineTask({
  id: "verify_records",
  when: { kind: "clock", time: "02:00" },
  about:
    "Walks the hash chains of all journals and compares their ends with the last backup's; else entries wait.",
  timeoutMs: 1_800_000,
  lane: "child",
  inputs: "all journals of db/, run/backup.json",
  output: "run/verify.json",
  missing: ({ verifyRecords: verify }) => (verify === undefined ? NONE : undefined),
  async run(context) {
    const { verifyRecords: verify, log } = context;
    const proof = await verify?.();
    if (proof === undefined) return { state: "unavailable", text: NONE };
    const { ok, entries, runs, auditRows, brokenAt, anchors } = proof;
    const output = { ok, entries, runs, auditRows, brokenAt, anchors };
    if (ok)
      return done(
        `${entries} entries of ${runs} runs and ${auditRows} acts are as they were written`,
        output,
      );
    const cure = "keep it, and prove the last backup: plimsoll restore FILE --verify";
    const text = `the record is broken at ${brokenAt}; ${await barred(context, brokenAt ?? "")}; ${cure}`;
    log("critical", `verify_records: ${text}`, { task: "verify_records" });
    return failed(text, output);
  },
});

/** The same finding is the same act, however often it is found: who resumed has seen it. */
async function barred({ door }: Pick<TaskContext, "door">, brokenAt: string): Promise<string> {
  const id = `verify-records-${createHash("sha256").update(brokenAt).digest("hex").slice(0, 16)}`;
  try {
    await door.act({ verb: "pause", reason: `the record is broken at ${brokenAt}`.slice(0, 300) }, id);
    return "entries wait for an operator";
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return `entries could not be barred (${error.message}); pause by hand: plimsoll pause`;
  }
}
