/** What research by itself is made of: steps that several tasks of a night share (RES-5, RES-6). */
import { reasonCounts } from "../universe/reason-counts.ts";
import { type NightStep, optionWords } from "./night-steps.ts";
import { counted } from "./task.ts";
import type { TaskContext } from "./task-context.ts";

const NO_COMMANDS = "the command line cannot be run here";

/** Who keeps no daily bars has no universe, and nothing is wrong. */
export const NO_BARS = /^(the lake (is empty|has no 1d)|no 1d bars)/;

/** A line of `orchestrator.walkForwards`, the n-th. */
export const walkStep = (line: string, n: number): NightStep => ({
  step: `walk ${line}`,
  async run(context, within) {
    const { words, note } = walkedAs(context, "orchestrator.walkForwards", line);
    const walked = (await asked(context, ["walk-forward", ...words], `walk-${n}`, within)) as {
      readonly verdict: { readonly passed: boolean; readonly sharpe: number | null };
    };
    const { passed, sharpe } = walked.verdict;
    return `Sharpe ${figure(sharpe)}, ${passed ? "every gate passed" : "refused"}${note}`;
  },
});

/** Words of a line with the run's settings, and in what its strategies are walked otherwise than they are traded. */
function walkedAs({ walkSettings }: TaskContext, setting: string, line: string) {
  const options = optionWords(setting, line);
  const at = options.findIndex((word) => /^--strateg(?:y|ies)(?:=|$)/.test(word));
  const named = (options[at]?.split("=")[1] ?? options[at + 1] ?? "").split(",");
  const notes = (walkSettings?.otherwise ?? [])
    .filter(({ strategy }) => named.includes("all") || named.includes(strategy))
    .map(({ strategy, how }) => `${strategy} walked ${how}`);
  return {
    words: [...options, "--workers", "1", ...(walkSettings?.words ?? [])],
    note: notes.length === 0 ? "" : ` (${notes.join(", ")})`,
  };
}

/** A file of `orchestrator.trainings`, the n-th. */
export const trainStep = (file: string, n: number): NightStep => ({
  step: `train ${file}`,
  async run(context, within) {
    const { model, why, passed, gates } = (await asked(
      context,
      ["train", "--config", file, "--workers", "1"],
      `train-${n}`,
      within,
    )) as {
      readonly model: string | null;
      readonly why: string | null;
      readonly passed: boolean;
      readonly gates: readonly { readonly title: string; readonly passed: boolean }[];
    };
    if (model === null) return `no model, ${why}`;
    if (passed) return `${model} passed every gate: plimsoll models promote ${model}`;
    const missed = gates.filter((gate) => !gate.passed).map(({ title }) => title);
    return `${model} refused: ${missed.join(", ")}`;
  },
});

/** A line of `research.optimisations`, the n-th. */
export const optimiseStep = (line: string, n: number): NightStep => ({
  step: `optimise ${line}`,
  async run(context, within) {
    const { words, note } = walkedAs(context, "research.optimisations", line);
    const found = (await asked(context, ["research", "optimize", ...words], `optimise-${n}`, within)) as {
      readonly passed: boolean;
      readonly evaluated: number;
      readonly best: { readonly walk: { readonly sharpe: number | null } } | null;
      readonly reasons: readonly string[];
    };
    const { best, passed, reasons, evaluated } = found;
    const sharpe = best === null ? "none traded enough" : `best Sharpe ${figure(best.walk.sharpe)}`;
    const verdict = passed ? "every gate passed" : `refused, ${counted(reasons.length, "gate")} said no`;
    return `${counted(evaluated, "setting")}, ${sharpe}, ${verdict}${note}`;
  },
});

/** A line of `research.nightly.sync`. */
export const syncStep = (line: string): NightStep => ({
  step: `sync ${line}`,
  async run(context, within) {
    const options = optionWords("research.nightly.sync", line);
    const words = ["data", "sync", ...options, ...(context.sourceSettings ?? [])];
    const synced = (await asked(context, words, null, within)) as {
      readonly imported: number;
      readonly upToDate: number;
    };
    return `${counted(synced.imported, "bar")} imported, ${counted(synced.upToDate, "symbol")} lacked nothing`;
  },
});

/** The universe of the session that is over; what the run is told of it comes before the next open. */
export const universeStep: NightStep = {
  step: "universe",
  async run(context, within) {
    const words = ["universe", "build", "--date", context.date, ...(context.dataSettings ?? [])];
    try {
      const rows = (await asked(context, words, "universe", within)) as readonly {
        readonly tier: string | null;
        readonly reasons: readonly string[];
      }[];
      const core = rows.filter(({ tier }) => tier === "core").length;
      const kept = reasonCounts(rows).map(({ rule, count }) => `${count} by ${rule}`);
      const out = kept.length === 0 ? "" : `; kept out: ${kept.join(", ")}`;
      return `core ${core} of ${counted(rows.length, "name")}${out}`;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (NO_BARS.test(text)) return { leftOut: text };
      throw error;
    }
  },
};

export const cleanStep: NightStep = {
  step: "cleanup",
  async run({ files, params }) {
    const { logs, caches } = files.remove(params.logDays, params.cacheDays);
    return `${counted(logs.length, "log")} and ${counted(caches.length, "file")} of caches removed`;
  },
};

/** The selector's look at all of it. A demo's settings are of an invented market: nothing follows from them. */
export const proposeStep: NightStep = {
  step: "propose",
  async run(context, within) {
    if (context.mode === "demo") return { leftOut: "a demo proposes nothing" };
    const words = context.walkSettings?.named ?? [];
    const { made, kept, withdrawn } = (await asked(
      context,
      ["research", "propose", ...words],
      null,
      within,
    )) as {
      readonly made: readonly { readonly id: number; readonly strategy: string; readonly kind: string }[];
      readonly kept: readonly unknown[];
      readonly withdrawn: readonly unknown[];
    };
    const fresh = made.map(({ id, strategy, kind }) => `${id} (${kind} ${strategy})`).join(", ");
    return (
      `${counted(made.length, "new proposal")}${fresh === "" ? "" : `: ${fresh}`}, ${kept.length} open before, ` +
      `${withdrawn.length} withdrawn`
    );
  },
};

async function asked(
  { research }: TaskContext,
  words: readonly string[],
  folder: string | null,
  withinMinutes: number,
): Promise<unknown> {
  if (research === undefined) throw new Error(NO_COMMANDS);
  return research(words, folder, withinMinutes);
}

/** JSON has written as null what was no number. */
const figure = (value: number | null): string => (value === null ? "none" : value.toFixed(2));
