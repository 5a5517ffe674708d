/**
 * Where a model may go from where it is (LEARN-8, LEARN-9). Up only with every gate passed, and one step at a time:
 * nothing trades that was not watched in shadow first. Down always: what is in use and turns out bad must go at once.
 *
 * PR-1  No version becomes shadow or champion with a gate that did not pass, or with no gate at all.
 */
import type { ModelStage, ModelVersion } from "../../domain/model-version.ts";

const stepsUp: Readonly<Partial<Record<ModelStage, ModelStage>>> = {
  candidate: "shadow",
  shadow: "champion",
};

/** Why a version may not become that; undefined: it may. */
export function promotionBar(
  { id, stage, gates }: Pick<ModelVersion, "id" | "stage" | "gates">,
  to: ModelStage,
): string | undefined {
  if (to === "retired") return stage === "retired" ? `${id} is retired already` : undefined;
  if (stepsUp[stage] !== to)
    return `${id} is ${stage}; from there it may become ${stepsUp[stage] ?? "nothing else"}`;
  if (gates.length === 0) return `${id} was judged by no gate; evaluate it first: plimsoll train`;
  const failed = gates.filter(({ passed }) => !passed);
  if (failed.length === 0) return undefined;
  const words = failed.map(
    ({ title, value, limit, side }) =>
      `${title} ${Number.isNaN(value) ? "not measured" : value} (must be ${side} ${limit})`,
  );
  return `${id} did not pass ${words.join(", ")}`;
}
