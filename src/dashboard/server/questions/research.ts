/** Backtests that were made on this root, with what is left of each; regimes; models and pairs beside them. */
import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { ResearchAnswer } from "../../contract/running-answers.ts";
import { instant, known } from "../known.ts";
import type { ReadDatabase } from "../read-database.ts";
import type { ReportFiles } from "../report-files.ts";
import { RegisteredQuestion } from "./registered.ts";

const SHOWN = 200;
const ANNUAL = Math.sqrt(252);
/** The gate of the report's verdict. */
const DEFLATED_GATE = 0.95;

const summary = z.object({
  runId: z.string(),
  honesty: z.object({
    dsr: z.number().nullable(),
    trials: z.number(),
    canary: z.object({ passed: z.boolean() }).partial(),
  }),
});
type Summary = z.infer<typeof summary>;

export class ResearchQuestion {
  readonly #research: ReadDatabase;
  readonly #reports: ReportFiles;
  readonly #folders: readonly string[];
  readonly #registered: RegisteredQuestion;
  /** By the file's place; what was read is not read again while the file is the same. */
  readonly #read = new Map<string, { readonly mtimeMs: number; readonly found: Summary | undefined }>();

  /** `base`: the folder whose databases research writes. */
  constructor(research: ReadDatabase, base: string, reports: ReportFiles, folders: readonly string[]) {
    this.#registered = new RegisteredQuestion(base);
    this.#research = research;
    this.#reports = reports;
    this.#folders = folders;
  }

  answer(performance: ReadDatabase, run: string): ResearchAnswer {
    const made = this.#summaries();
    const rows = this.#research.all("SELECT * FROM trials ORDER BY id DESC LIMIT ?", SHOWN);
    const tried = known(this.#research.first(`SELECT ${this.#tries} AS n FROM trials`)?.n) ?? 0;
    return {
      backtests: rows.map((row) => {
        const kept = made.get(String(row.run_id));
        return {
          runId: String(row.run_id),
          at: String(row.created_at),
          strategies: String(row.strategies).split("+"),
          timeframe: String(row.timeframe),
          from: String(row.first_session),
          to: String(row.last_session),
          sharpe: annual(row.sharpe),
          deflated: known(kept?.found.honesty.dsr),
          trials: kept?.found.honesty.trials ?? tried,
          totalReturn: known(row.total_return),
          verdict: verdictOf(kept?.found),
          report: kept === undefined ? null : this.#reports.address(kept.name),
        };
      }),
      regime: performance
        .all("SELECT * FROM regime_log WHERE run = ? ORDER BY timestamp DESC LIMIT ?", run, SHOWN)
        .map((row) => ({
          at: instant(row.timestamp) ?? "",
          regime: String(row.vix_regime),
          vix: known(row.vix_level),
          action: String(row.action_taken),
        })),
      models: this.#registered.models(),
      pairs: this.#registered.pairs(),
    };
  }

  /** A row of a search stands for many; a record that nobody has written to since does not know that yet. */
  get #tries(): string {
    const column = "SELECT 1 AS one FROM pragma_table_info('trials') WHERE name = 'tries'";
    return this.#research.first(column) === undefined ? "count(*)" : "sum(tries)";
  }

  close(): void {
    this.#registered.close();
  }

  /** Of reports whose folder is still there, by the run's id. */
  #summaries(): ReadonlyMap<string, { readonly name: string; readonly found: Summary }> {
    const all = new Map<string, { readonly name: string; readonly found: Summary }>();
    for (const name of this.#reports.names()) {
      const found = this.#folders
        .map((folder) => this.#summary(join(folder, name, "result.json")))
        .find(Boolean);
      if (found !== undefined) all.set(found.runId, { name, found });
    }
    return all;
  }

  #summary(path: string): Summary | undefined {
    const file = lstatSync(path, { throwIfNoEntry: false });
    if (file === undefined || !file.isFile()) return undefined;
    const before = this.#read.get(path);
    if (before?.mtimeMs === file.mtimeMs) return before.found;
    const found = summaryIn(path);
    this.#read.set(path, { mtimeMs: file.mtimeMs, found });
    return found;
  }
}

/** Undefined for a file that is no result: somebody else's. */
function summaryIn(path: string): Summary | undefined {
  try {
    return summary.safeParse(JSON.parse(readFileSync(path, "utf8"))).data;
  } catch {
    return undefined;
  }
}

function annual(perPeriod: unknown): number | null {
  const sharpe = known(perPeriod);
  return sharpe === null ? null : sharpe * ANNUAL;
}

function verdictOf(found: Summary | undefined): string {
  if (found === undefined) return "no report here";
  const { dsr, canary } = found.honesty;
  if (canary.passed === false) return "Failed: it saw the future";
  if (dsr === null) return "Not proven: too little to judge";
  return dsr >= DEFLATED_GATE ? "Deflated Sharpe passes its gate" : "Not proven";
}
