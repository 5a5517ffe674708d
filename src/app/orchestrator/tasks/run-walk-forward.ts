/** Each night: the walks of the settings over the newest data. Every setting counts as a trial from then on. */
import { InputError } from "../../../domain/assert.ts";
import { counted, defineTask, done } from "../task.ts";

const NONE = "not available yet: nothing to walk, orchestrator.walkForwards has no line";

interface Walked {
  readonly verdict: { readonly passed: boolean; readonly sharpe: number | null };
}

export const runWalkForward = defineTask({
  id: "run_walk_forward",
  when: { kind: "clock", time: "02:00" },
  about: "Walks strategies forward over the newest data.",
  timeoutMs: 3_600_000,
  retries: 3,
  backOffMs: 60_000,
  lane: "child",
  inputs: "orchestrator.walkForwards, the lake",
  output: "reports/walk-N, trials in db/research.db",
  missing: ({ research, params }) =>
    research === undefined || params.walkForwards.length === 0 ? NONE : undefined,
  run: async ({ research, params }) => {
    if (research === undefined) return { state: "unavailable", text: NONE };
    const told: string[] = [];
    for (const [n, line] of params.walkForwards.entries()) {
      const words = ["walk-forward", ...wordsOf(line), "--workers", "1"];
      const { verdict } = (await research(words, `walk-${n + 1}`)) as Walked;
      const sharpe = verdict.sharpe === null ? "none" : verdict.sharpe.toFixed(2);
      told.push(`walk ${n + 1}: Sharpe ${sharpe}, ${verdict.passed ? "every gate passed" : "refused"}`);
    }
    return done(`${counted(told.length, "walk")}: ${told.join("; ")}`, told);
  },
});

/** Options only: a line must not become another command, nor another root. */
function wordsOf(line: string): string[] {
  const words = line.split(/\s+/).filter((word) => word !== "");
  const own = words.find((word) => /^--(?:root|out|workers|json|set|config)\b/.test(word));
  if (own === undefined && words[0]?.startsWith("--") === true) return words;
  throw new InputError(
    `orchestrator.walkForwards: ${JSON.stringify(line.slice(0, 80))}: must be options of walk-forward, without ` +
      "--root, --out, --workers, --set and --config",
    1,
  );
}
