/**
 * The registry as an MLflow server shows it (LEARN-8): a run and a model version for each version here, and where each
 * stands. The registry is the truth and asks nobody: what MLflow lacks is what differs from what it was last told, so
 * whatever failed is told with the next change, and no list of messages is kept.
 */
import type { ModelVersion } from "../../domain/model-version.ts";
import type { Environment } from "../env-file.ts";
import type { ModelRegistry } from "../models/model-registry.ts";
import { RealTransport } from "../net/real-transport.ts";
import { type Entry, MlflowClient, type RunContent } from "./mlflow-client.ts";
import { mlflowSettings } from "./mlflow-settings.ts";

/** Stages that one version of a name stands out by; MLflow 2.9 replaced its own stages by aliases. */
const ALIASES = ["champion", "shadow"] as const;
const ID_TAG = "plimsoll.id";
const STAGE_TAG = "plimsoll.stage";

/**
 * Tells MLflow what changed, if MLFLOW_TRACKING_URI is set. Never throws: what went wrong comes back as one line
 * without secrets, for whoever made the change to be told beside it. `envFiles`: where variables may stand, too.
 */
export async function mirrorToMlflow(
  registry: ModelRegistry,
  environment: Environment,
  envFiles: readonly string[],
): Promise<string | undefined> {
  const transport = new RealTransport();
  let waiting = 0;
  try {
    const settings = mlflowSettings(environment, envFiles);
    if (settings === undefined) return undefined;
    const { server } = settings;
    const pending = () => {
      const told = registry.mirrored(server);
      return registry.list().filter(({ id, stage }) => told.get(id)?.stage !== stage);
    };
    const names = new Set(pending().map(({ name }) => name));
    waiting = pending().length;
    if (waiting === 0) return undefined;
    const client = new MlflowClient(settings, transport);
    const experiment = await client.experiment();
    for (const name of names) {
      const changed = pending().filter((version) => version.name === name);
      await mirrorName(registry, client, { server, experiment, name, changed: changed.reverse() });
      waiting -= changed.length;
    }
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const versions = waiting === 1 ? "1 version is" : `${waiting} versions are`;
    const trouble = waiting === 0 ? reason : `${versions} not told there: ${reason}`;
    return `mlflow: ${trouble}; what changed here stands, the next change tells it again`;
  } finally {
    transport.close();
  }
}

interface Names {
  readonly server: string;
  readonly experiment: string;
  readonly name: string;
  /** Oldest first, so that MLflow numbers them as they were made. */
  readonly changed: readonly ModelVersion[];
}

async function mirrorName(
  registry: ModelRegistry,
  client: MlflowClient,
  { server, experiment, name, changed }: Names,
): Promise<void> {
  for (const version of changed) {
    let number = registry.mirrored(server).get(version.id)?.number;
    if (number === undefined) {
      number = await introduce(client, experiment, version);
      registry.noteMirrored(server, version.id, { number, stage: undefined });
    }
    await client.tagVersion(name, number, { key: STAGE_TAG, value: version.stage });
  }
  const told = registry.mirrored(server);
  for (const alias of ALIASES) {
    const holder = registry.list(name).find(({ id, stage }) => stage === alias && told.has(id));
    await client.alias(name, alias, holder === undefined ? undefined : told.get(holder.id)?.number);
  }
  for (const { id, stage } of changed)
    registry.noteMirrored(server, id, { number: told.get(id)!.number, stage });
}

async function introduce(client: MlflowClient, experiment: string, version: ModelVersion): Promise<string> {
  const at = Date.parse(version.createdAt);
  // A name and number may come again in another registry; the file's hash and the instant tell them apart.
  const id: Entry = {
    key: ID_TAG,
    value: `${version.id} ${version.createdAt} ${version.sha256.slice(0, 16)}`,
  };
  const run = await client.run(experiment, id, version.id, at);
  await client.finish(run, contentOf(version), at);
  return client.modelVersion(version.name, run, `plimsoll://models/${version.sha256}`, [id]);
}

/** One entry per plain value; blocks are named by dots, as MLflow's values are short. */
function entries(of: Readonly<Record<string, unknown>>, before = ""): readonly Entry[] {
  return Object.entries(of).flatMap(([name, value]) => {
    const key = `${before}${name}`;
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return entries(value as Readonly<Record<string, unknown>>, `${key}.`);
    return [{ key, value: typeof value === "string" ? value : (JSON.stringify(value) ?? "") }];
  });
}

/** Parameters as they are, metrics out of sample, each gate as a metric and as a verdict. */
function contentOf({ params, metrics, gates, ...version }: ModelVersion): RunContent {
  const { snapshot, featureVersion, sha256, format, features } = version;
  return {
    params: entries(params),
    metrics: [
      ...Object.entries(metrics).map(([key, value]) => ({ key, value })),
      ...gates.map(({ gate, value }) => ({ key: `gate.${gate}`, value })),
    ],
    tags: entries({
      ...{ "plimsoll.snapshot": snapshot, "plimsoll.feature_version": featureVersion },
      ...{ "plimsoll.sha256": sha256, "plimsoll.format": format, "plimsoll.features": features.join(" ") },
      ...Object.fromEntries(
        gates.map(({ gate, passed, value, side, limit }) => [
          `plimsoll.gate.${gate}`,
          `${passed ? "passed" : "failed"}: ${Number.isNaN(value) ? "not measured" : value}, must be ${side} ${limit}`,
        ]),
      ),
    }),
  };
}
