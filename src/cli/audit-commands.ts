/** `plimsoll audit ls`, `verify-audit`: who did what to a running system, when and why; and that it is still so. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { JournalReader } from "../adapters/journal/journal-reader.ts";
import { knownRun } from "../app/live/active-run.ts";
import type { RecordProof } from "../app/live/kept-records.ts";
import { anchorText, parseAnchor, verifyRecord } from "../app/live/record-proof.ts";
import { InputError } from "../domain/assert.ts";
import { isoInstant } from "../domain/time.ts";
import { alignedTable } from "./aligned-table.ts";
import { type CliContext, report } from "./context.ts";
import { recordRoot } from "./demo-root.ts";
import { example } from "./group-help.ts";

export function registerAuditCommands(program: Command, context: CliContext): void {
  program
    .command("verify-audit")
    .description(
      "walk every chain of the record and compare its end with what was kept of it; exit 3 when it is not",
    )
    .option("--anchor <text>", "the line of a daily digest: journal RUN ENTRY HASH, audit COUNT HASH")
    .addHelpText("after", "\nExample:\n  plimsoll verify-audit")
    .addHelpText("after", "It needs no keys, and changes nothing but run/verify.json.")
    .action(({ anchor }: { anchor?: string }) => {
      const anchors = anchor === undefined ? [] : [parseAnchor(anchor)];
      const proof = verifyRecord(recordRoot(context), Date.now(), anchors);
      if (!proof.ok) process.exitCode = 3;
      report(context, { ...proof, anchor: anchorText(proof.heads) }, () => proofText(proof));
    });

  program
    .command("audit")
    .description("what operators did")
    .addHelpText("after", example("plimsoll audit ls"))
    .command("ls")
    .description("every act: when (the exchange's time), who, what, why, and the permission before and after")
    .addHelpText("after", "\nExample:\n  plimsoll audit ls --json")
    .action(() => {
      const path = join(knownRun(context.root())?.root ?? context.root(), "db", "journal.db");
      if (!existsSync(path))
        throw new InputError(`audit: nothing has been recorded on ${context.root()}; run: plimsoll start`, 1);
      const reader = new JournalReader(path);
      try {
        const rows = reader.audit().map(({ at, before, after, ...row }) => ({
          at: isoInstant(at),
          ...row,
          before: JSON.parse(before) as unknown,
          after: JSON.parse(after) as unknown,
        }));
        report(context, rows, () => textOf(rows));
      } finally {
        reader.close();
      }
    });
}

function proofText({ ok, entries, runs, auditRows, brokenAt, anchors, heads, tookMs }: RecordProof): string {
  if (!ok) return `audit: not as it was written: ${brokenAt}; keep all files and see docs/RUNBOOK.md`;
  const compared =
    anchors.length === 0 ? "nothing kept to compare its end with" : `as ${anchors.join(" and ")}`;
  return [
    `audit: ${entries} entries of ${runs} runs and ${auditRows} acts of operators are as they were written ` +
      `(${tookMs} ms); ${compared}`,
    `anchor: ${anchorText(heads)}`,
  ].join("\n");
}

interface Row {
  readonly at: string;
  readonly who: string;
  readonly action: string;
  readonly reason: string;
  readonly after: unknown;
}

function textOf(rows: readonly Row[]): string {
  if (rows.length === 0) return "audit: nobody has acted yet";
  return alignedTable(
    [{ title: "at (UTC)" }, { title: "who" }, { title: "what" }, { title: "why" }],
    rows.map(({ at, who, action, reason, after }) => [at, who, `${action}${subjectText(after)}`, reason]),
  );
}

/** ` AAPL`, ` risk.spread.maxFraction 0.0003`: what it was about, where it was about one thing. */
function subjectText(after: unknown): string {
  const { symbol, strategy, key, value, subject } = after as Readonly<Record<string, unknown>>;
  return [symbol, strategy, key, value, subject]
    .map((part) => (part === undefined ? "" : ` ${part}`))
    .join("");
}
