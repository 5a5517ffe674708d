/**
 * One file says all that a training is (LEARN): which strategy's entries, from which bars, labelled how, learned by
 * whom, and how it is judged. It stands under the key `training`; whatever else the file has is configuration as ever.
 */
import { z } from "zod";
import { readYaml } from "../../adapters/yaml-file.ts";
import { trainerNames } from "../../app/models/trainers.ts";
import { InputError } from "../../domain/assert.ts";
import { adjustments, timeframes } from "../../domain/bars.ts";
import { parseIsoDate } from "../../domain/time.ts";
import { modelUses } from "../../models/signal/signal-model.ts";
import type { StrategyModule } from "../../strategies/strategy.ts";

const day = z.string().refine((text) => parseIsoDate(text) !== undefined, "must be a date, YYYY-MM-DD");
const setting = z.union([z.number(), z.string(), z.boolean()]);

const dimension = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("float"), from: z.number(), to: z.number() }),
  z.strictObject({ kind: z.literal("log-float"), from: z.number().positive(), to: z.number().positive() }),
  z.strictObject({ kind: z.literal("int"), from: z.int(), to: z.int() }),
  z.strictObject({ kind: z.literal("choice"), values: z.array(setting).min(1).max(100) }),
]);

export const trainingConfig = z.strictObject({
  /** In the registry; a running system looks for its strategy's id with `.meta` behind it. */
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_.-]{0,79}$/)
    .optional(),
  /** Of the configuration: built in, or in a file of one's own. */
  strategy: z.string().min(1).max(80),
  bars: z.strictObject({
    symbols: z
      .union([z.literal("all"), z.array(z.string().min(1).max(20)).min(1).max(10_000)])
      .default("all"),
    timeframe: z.enum(timeframes).default("1d"),
    /** First session of the first window; bars before it warm the features. */
    from: day.optional(),
    to: day.optional(),
    snapshot: z.string().optional(),
    source: z.string().optional(),
    adjustment: z.enum(adjustments).optional(),
  }),
  /** Names of the catalogue, or all that stay the same when prices are counted in other dollars. */
  features: z.union([z.literal("all"), z.array(z.string().min(1).max(80)).min(1).max(500)]).default("all"),
  label: z
    .strictObject({
      /** `barrier`: profit, stop or time, whichever comes first. `forward`: the return at the end of the time. */
      kind: z.enum(["barrier", "forward"]).default("barrier"),
      /** Distance of the profit barrier, in distances of the entry's own stop. */
      profit: z.number().positive().max(100).default(2),
      /** Bars from the decision to the end of the label. */
      horizon: z.int().min(1).max(10_000).default(10),
      /** What a round trip costs, in basis points of the stake. */
      costBps: z.number().min(0).max(1_000).default(10),
    })
    .prefault({}),
  windows: z
    .strictObject({
      train: z.int().min(20).max(100_000).default(252),
      test: z.int().min(1).max(100_000).default(63),
      step: z.int().min(1).max(100_000).default(21),
    })
    .prefault({}),
  validation: z
    .strictObject({
      folds: z.int().min(2).max(50).default(5),
      /** Bars; absent: 1 % of those that the window covers, and at least the longest label. */
      embargo: z.int().min(0).max(100_000).optional(),
      /** A window whose fit knows no more than this of its own days, out of fold, goes by rules alone. */
      leastSkill: z.number().min(-1).max(1).default(0),
    })
    .prefault({}),
  trainer: z
    .strictObject({
      name: z.enum(trainerNames as [string, ...string[]]).default("gbdt"),
      rounds: z.int().min(1).max(100_000).default(200),
      /** Rounds without a better loss before growing ends; 0: never. */
      patience: z.int().min(0).max(100_000).default(20),
      /** Under the trainer's own names; the search varies others on top. */
      settings: z.record(z.string(), setting).default({}),
    })
    .prefault({}),
  search: z
    .strictObject({
      method: z.enum(["random", "tpe", "halving"]).default("tpe"),
      /** Settings tried on the first window's days to train, before any is tested. */
      trials: z.int().min(1).max(10_000).default(20),
      /** Of those, how many go on to be walked forward. One leaves nothing to measure overfitting by. */
      keep: z.int().min(1).max(100).default(4),
      space: z.record(z.string(), dimension).optional(),
    })
    .prefault({}),
  uses: modelUses.prefault({}),
  /** Share of equity on each trade when the threshold is chosen. */
  stake: z.number().positive().max(1).default(0.05),
  /** Dollars at the start of each window; absent: account.capital. */
  cash: z.number().positive().max(1e9).optional(),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31)
    .default(1),
});
export type TrainingConfig = z.infer<typeof trainingConfig>;

/** Throws InputError naming the key, the value and what is allowed. */
export function parseTraining(tree: unknown, source: string): TrainingConfig {
  const parsed = trainingConfig.safeParse(tree);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = ["training", ...(issue?.path ?? [])].join(".");
  const given = (issue?.path ?? []).reduce<unknown>(
    (at, key) =>
      typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined,
    tree,
  );
  throw new InputError(`${source}: ${path} = ${said(given)}: ${issue?.message ?? "is not allowed"}`);
}

/** Of the one file among these that holds a training, of one of these strategies. */
export function readTraining(
  files: readonly string[],
  strategies: readonly StrategyModule[],
): TrainingConfig {
  const held = files.flatMap((file) => {
    const tree = readYaml(file);
    return isTree(tree) && "training" in tree ? [{ file, tree: tree.training }] : [];
  });
  const [found, second] = held;
  if (found !== undefined && second === undefined) {
    const training = parseTraining(found.tree, found.file);
    const ids = strategies.map(({ id }) => id);
    if (ids.includes(training.strategy)) return training;
    throw new InputError(
      `${found.file}: training.strategy = ${said(training.strategy)}: must be one of ${ids.join(", ")}`,
    );
  }
  throw new InputError(
    `--config ${files.join(", ") || "is missing"}: one file with a block "training:" is needed; see docs/learning.md`,
  );
}

const isTree = (tree: unknown): tree is Record<string, unknown> =>
  typeof tree === "object" && tree !== null && !Array.isArray(tree);

const said = (value: unknown): string => (JSON.stringify(value) ?? "missing").slice(0, 80);
