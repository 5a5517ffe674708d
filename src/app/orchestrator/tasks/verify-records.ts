/** At night: every journal and every act of an operator is as it was written. */
import { defineTask, done, failed } from "../task.ts";

const NONE = "not available yet: nobody walks the record here";

export const verifyRecords = defineTask({
  id: "verify_records",
  when: { kind: "clock", time: "02:00" },
  about: "Walks the hash chains of all journals and compares their ends with the last backup's.",
  timeoutMs: 1_800_000,
  lane: "child",
  inputs: "all journals of db/, run/backup.json",
  output: "run/verify.json",
  missing: ({ verifyRecords: verify }) => (verify === undefined ? NONE : undefined),
  async run({ verifyRecords: verify, log }) {
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
    const text = `the record is broken at ${brokenAt}; ${cure}`;
    log("critical", `verify_records: ${text}`, { task: "verify_records" });
    return failed(text, output);
  },
});
