/** Snapshots on disk: a frozen catalog each, with an identity that does not depend on when it was made (LAKE-2). */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../domain/assert.ts";
import { unfinishedMark } from "../durable-file.ts";
import { actionsEntry, seriesList } from "./catalog.ts";
import type { LakePaths } from "./paths.ts";

const snapshotShape = z.strictObject({
  version: z.literal(1),
  name: z.string(),
  /** `contentId` of the series. */
  id: z.string().regex(/^[0-9a-f]{64}$/),
  created: z.string(),
  files: z.int().nonnegative(),
  rows: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  schema: z.array(z.string()),
  series: seriesList,
  actions: actionsEntry.optional(),
});
export type Snapshot = Readonly<z.infer<typeof snapshotShape>>;

export const snapshotPath = (paths: LakePaths, name: string): string => join(paths.snapshots, `${name}.json`);

/** All snapshots by name. Throws InputError when one cannot be read. */
export function readSnapshots(paths: LakePaths): Snapshot[] {
  return snapshotNames(paths).map((name) => parse(snapshotPath(paths, name)));
}

export function snapshotNames(paths: LakePaths): string[] {
  if (!existsSync(paths.snapshots)) return [];
  return readdirSync(paths.snapshots)
    .filter((name) => name.endsWith(".json") && !name.includes(unfinishedMark))
    .map((name) => name.slice(0, -".json".length))
    .sort();
}

function parse(path: string): Snapshot {
  try {
    return snapshotShape.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    const detail = error instanceof z.ZodError ? z.prettifyError(error).split("\n")[0] : String(error);
    throw new InputError(`${path} is not a snapshot (${detail}); restore it from a backup or remove it`, 1);
  }
}
