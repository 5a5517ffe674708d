/** Each night: the trainings of the settings once more, over what the lake has by now. Promoting is for an operator. */
import { counted, defineTask, done } from "../task.ts";

const NONE = "not available yet: nothing to train, orchestrator.trainings names no file";

/** What a training answers with, as far as it is told here. */
interface Trained {
  readonly model: string | null;
  readonly why: string | null;
  readonly passed: boolean;
  readonly gates: readonly { readonly title: string; readonly passed: boolean }[];
}

export const retrainModels = defineTask({
  id: "retrain_models",
  when: { kind: "clock", time: "02:00" },
  about: "Trains models anew; what passes every gate waits for an operator to promote it.",
  timeoutMs: 3_600_000,
  // Cut off it goes on where it was: what is finished is on record.
  retries: 3,
  backOffMs: 60_000,
  lane: "child",
  inputs: "orchestrator.trainings, the lake",
  output: "versions in db/models.db, reports/train-N",
  missing: ({ research, params }) =>
    research === undefined || params.trainings.length === 0 ? NONE : undefined,
  run: async ({ research, params }) => {
    if (research === undefined) return { state: "unavailable", text: NONE };
    const told: string[] = [];
    for (const [n, file] of params.trainings.entries()) {
      const words = ["train", "--config", file, "--workers", "1"];
      const trained = (await research(words, `train-${n + 1}`)) as Trained;
      told.push(sentence(file, trained));
    }
    return done(`${counted(told.length, "training")}: ${told.join("; ")}`, told);
  },
});

function sentence(file: string, { model, why, passed, gates }: Trained): string {
  if (model === null) return `${file}: no model, ${why}`;
  if (passed) return `${model} passed every gate: plimsoll models promote ${model}`;
  const missed = gates.filter((gate) => !gate.passed).map(({ title }) => title);
  return `${model} refused: ${missed.join(", ")}`;
}
