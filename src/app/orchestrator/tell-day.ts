/**
 * Hands the digest of a session to whoever tells people, once for each day (OPS-4). It lies in the monitor's tray until
 * it stands in alerts.db: whoever is dead meanwhile, people have it once, and later.
 */
import type { Letter } from "../../domain/alert.ts";
import type { RunTerms } from "../live/run-terms.ts";
import { leaveForMonitor } from "../monitor/monitor-asks.ts";

/** Of `plimsoll report daily --json`. */
export interface MadeReport {
  readonly file: string;
  readonly digest: Letter;
}

export interface ToldDay {
  /** Of the run. */
  readonly root: string;
  readonly run: Pick<RunTerms, "run" | "mode">;
  readonly date: string;
}

/** A demo's day is its own, whatever date it plays; a day of paper or live is one, however many runs traded on it. */
export function tellDay({ root, run: { run, mode }, date }: ToldDay, { digest }: MadeReport): void {
  const { subject, text, html, short } = digest;
  leaveForMonitor(root, {
    ...{ kind: "digest", id: `digest-${mode === "demo" ? run : mode}-${date}` },
    ...{ by: "orchestrator", reason: `the report of ${date}`, letter: { subject, text, html, short } },
  });
}
