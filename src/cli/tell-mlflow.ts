/** After whatever changes the registry of models: MLflow is told, and what it cannot be told stops nothing. */
import { mirrorToMlflow } from "../adapters/mlflow/mlflow-mirror.ts";
import { ModelRegistry } from "../adapters/models/model-registry.ts";
import { envFiles } from "./alert-env.ts";
import type { CliContext } from "./context.ts";

export async function tellMlflow(context: CliContext): Promise<void> {
  const registry = new ModelRegistry(context.root(), "reads");
  try {
    const trouble = await mirrorToMlflow(registry, process.env, envFiles(context));
    if (trouble !== undefined) context.err(trouble);
  } finally {
    registry.close();
  }
}
