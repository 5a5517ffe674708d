/** Rows of models.db as the rest of the program knows them. */
import type {
  GateVerdict,
  ModelChange,
  ModelFormat,
  ModelStage,
  ModelVersion,
} from "../../domain/model-version.ts";

type Row = Readonly<Record<string, unknown>>;
/** JSON has no NaN: what was not measured is null there. */
type StoredGate = Omit<GateVerdict, "value"> & { readonly value: number | null };

export const versionOf = (row: Row): ModelVersion => ({
  id: String(row.id),
  name: String(row.name),
  number: Number(row.number),
  createdAt: String(row.created_at),
  stage: row.stage as ModelStage,
  format: row.format as ModelFormat,
  sha256: String(row.sha256),
  snapshot: String(row.snapshot),
  features: JSON.parse(String(row.features)),
  featureVersion: String(row.feature_version),
  params: JSON.parse(String(row.params)),
  metrics: measured(JSON.parse(String(row.metrics))),
  gates: (JSON.parse(String(row.gates)) as StoredGate[]).map((gate) => ({
    ...gate,
    value: gate.value ?? Number.NaN,
  })),
});

const measured = (stored: Readonly<Record<string, number | null>>): Record<string, number> =>
  Object.fromEntries(Object.entries(stored).map(([name, value]) => [name, value ?? Number.NaN]));

export const changeOf = (row: Row): ModelChange => ({
  id: String(row.version),
  at: String(row.at),
  from: row.from_stage as ModelStage | null,
  to: row.to_stage as ModelStage,
  by: String(row.by),
  reason: String(row.reason),
  refused: Number(row.refused) === 1,
});
