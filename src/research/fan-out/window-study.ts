/**
 * Windows of a walk-forward as jobs for other machines: what they share crosses the network once and names the data,
 * not holds it. A worker reads its own lake and works only where that is the same data under the same settings.
 */
import { z } from "zod";
import { StandingThreads } from "../../adapters/worker-pool.ts";
import { checked } from "../../app/config.ts";
import { sharedSetup } from "../../app/variants.ts";
import { InputError } from "../../domain/assert.ts";
import { adjustments, timeframes } from "../../domain/bars.ts";
import type { DayNumber } from "../../domain/time.ts";
import type { SetupRequest } from "../walk-forward/load-setup.ts";
import type { WindowJob, WindowOutcome } from "../walk-forward/window-run.ts";
import { type StudyKind, setupOfStudy } from "./study-workshop.ts";

/** Kind of the jobs. */
export const WINDOW_KIND = "window";

const day = z
  .int()
  .min(-100_000)
  .max(100_000)
  .transform((number) => number as DayNumber);
const sessions = z.int().min(1).max(100_000);
const name = z.string().min(1).max(100);

const studyShape = z.strictObject({
  bars: z.strictObject({
    symbols: z.union([z.literal("all"), z.array(name).max(100_000)]),
    timeframe: z.enum(timeframes),
    from: day.optional(),
    to: day.optional(),
    snapshot: name.optional(),
    source: name.optional(),
    adjustment: z.enum(adjustments).optional(),
    adjust: z.enum(adjustments).optional(),
    extendedHours: z.boolean().optional(),
  }),
  config: z.unknown(),
  strategyIds: z.array(name).min(1).max(1000),
  cash: z.number().positive(),
  from: day.optional(),
  terms: z.strictObject({ train: sessions, test: sessions, step: sessions, gap: z.int().min(0) }),
  /** What a job's key depends on beside the job: `snapshot`, `hash` and `code` among it. */
  facts: z.looseObject({ snapshot: z.string(), hash: z.string() }),
});

/** What the windows of one walk-forward share. */
export interface WindowStudy extends SetupRequest {
  readonly facts: { readonly snapshot: string; readonly hash: string };
}

const jobShape = z.strictObject({
  from: day,
  to: day,
  params: z.record(z.string(), z.record(z.string(), z.unknown())),
});

const instant = z
  .string()
  .max(40)
  .refine((text) => !Number.isNaN(Date.parse(text)));
const outcomeShape = z.strictObject({
  returns: z.array(z.number()),
  trades: z.array(z.strictObject({ openedAt: instant, pnl: z.number() })),
  digest: z.string().max(100),
});

/** An outcome as it came from the network. Throws InputError (exit 1) for what is none. */
export function readWindowOutcome(value: unknown): WindowOutcome {
  const parsed = outcomeShape.safeParse(value);
  if (!parsed.success) throw new InputError("a worker answered with what is no outcome of a window", 1);
  return parsed.data;
}

/** `entry`: thread entry of windows, from the table of tasks. */
export const windowStudies = (entry: URL): StudyKind<WindowStudy, WindowJob, WindowOutcome> => ({
  kind: WINDOW_KIND,
  readStudy,
  readJob: (payload) => {
    const job = jobShape.safeParse(payload);
    if (job.success) return job.data;
    throw new InputError("the window of the job cannot be read");
  },
  threads: async (root, study) =>
    new StandingThreads(entry, sharedSetup((await setupOfStudy(root, study, study)).setup)),
});

function readStudy(given: unknown): WindowStudy {
  const parsed = studyShape.safeParse(given);
  if (!parsed.success) throw new InputError("the shared terms of the job cannot be read");
  return { ...parsed.data, config: checked(parsed.data.config) } as WindowStudy;
}
