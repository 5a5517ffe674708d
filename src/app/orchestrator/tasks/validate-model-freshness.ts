/** Before the open: models beside the rules can be loaded, are not too old, and have not drifted (LEARN-8, LEARN-9). */
import { parseIsoDate } from "../../../domain/time.ts";
import { retireDrifted } from "../retire-drifted.ts";
import { counted, defineTask, done, failed, type TaskResult } from "../task.ts";
import type { TaskContext } from "../task-context.ts";

const NO_REGISTRY = "not available yet: no registry of models is wired";

export const validateModelFreshness = defineTask({
  id: "validate_model_freshness",
  when: { kind: "clock", time: "08:30" },
  about:
    "Checks that champions and shadows can be loaded and are not too old; retires those that have drifted in the run.",
  inputs: "db/models.db and its files, execute's status",
  missing: ({ models }) => (models === undefined ? NO_REGISTRY : undefined),
  run,
});

async function run(context: TaskContext): Promise<TaskResult> {
  const { models, strategyIds, modelMaxAgeDays, date } = context;
  if (models === undefined) return { state: "unavailable", text: NO_REGISTRY };
  const drifted = retireDrifted(context, (await context.door.status()).models);
  const watched = models.watched(strategyIds);
  const found = watched.flatMap(({ id, stage, problem, knowsTo }) => {
    if (problem !== null) return [`${stage} ${problem}`];
    const age = (parseIsoDate(date) ?? Number.NaN) - (parseIsoDate(knowsTo) ?? Number.NaN);
    return age > modelMaxAgeDays
      ? [`${stage} ${id} knows nothing of the last ${age} days (at most ${modelMaxAgeDays}); train it anew`]
      : [];
  });
  const output = { watched, drifted, found };
  const told = drifted.map((id) => `${id} had drifted and is retired`);
  if (found.length > 0) return failed([...told, ...found].join("; "), output);
  const sound =
    watched.length === 0 ? "rules decide alone" : `${counted(watched.length, "model")} can be used`;
  return done([...told, sound].join("; "), output);
}
