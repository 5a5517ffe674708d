/**
 * Windows of a walk-forward as jobs for other machines: what they share crosses the network once and names the data,
 * not holds it. A worker reads its own lake and works only where that is the same data under the same settings.
 */
import { z } from "zod";
import { type JobHandler, Unfit } from "../../adapters/nats/job-worker.ts";
import { StandingThreads } from "../../adapters/worker-pool.ts";
import { checked, resultHash } from "../../app/config.ts";
import { sharedSetup } from "../../app/variants.ts";
import { InputError } from "../../domain/assert.ts";
import { adjustments, timeframes } from "../../domain/bars.ts";
import type { DayNumber } from "../../domain/time.ts";
import { jobKey } from "../walk-forward/job-record.ts";
import { loadSetup, type SetupRequest } from "../walk-forward/load-setup.ts";
import type { WindowJob, WindowOutcome } from "../walk-forward/window-run.ts";

/** Kind of the jobs. */
export const WINDOW_KIND = "window";

const day = z
  .int()
  .min(-100_000)
  .max(100_000)
  .transform((number) => number as DayNumber);
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
  trades: z.array(z.strictObject({ closedAt: instant, pnl: z.number() })),
  digest: z.string().max(100),
});

/** An outcome as it came from the network. Throws InputError (exit 1) for what is none. */
export function readWindowOutcome(value: unknown): WindowOutcome {
  const parsed = outcomeShape.safeParse(value);
  if (!parsed.success) throw new InputError("a worker answered with what is no outcome of a window", 1);
  return parsed.data;
}

type Threads = StandingThreads<WindowJob, WindowOutcome>;

/** Runs windows over the lake of `root`. One study at a time stays in memory when nobody works on another. */
export class WindowWorkshop {
  readonly #root: string;
  readonly #entry: URL;
  readonly #studies = new Map<string, { readonly threads: Promise<Threads>; users: number }>();

  /** `entry`: thread entry of windows, from the table of tasks. */
  constructor(root: string, entry: URL) {
    this.#root = root;
    this.#entry = entry;
  }

  readonly handler: JobHandler = async (frame, given, signal) => {
    const study = readStudy(given);
    const job = jobShape.safeParse(frame.payload);
    if (!job.success) throw new InputError("the window of the job cannot be read");
    if (jobKey({ facts: study.facts, job: frame.payload }) !== frame.key)
      throw new InputError("the job's key is not that of its window");
    const name = frame.shared ?? "";
    const threads = this.#enter(name, study);
    try {
      return await (await threads).run(job.data, signal);
    } finally {
      await this.#leave(name);
    }
  };

  async close(): Promise<void> {
    for (const name of [...this.#studies.keys()]) await this.#drop(name);
  }

  #enter(name: string, study: WindowStudy): Promise<Threads> {
    const known = this.#studies.get(name);
    if (known !== undefined) {
      known.users += 1;
      return known.threads;
    }
    for (const [other, { users }] of this.#studies) if (users === 0) void this.#drop(other);
    const threads = this.#open(study);
    this.#studies.set(name, { threads, users: 1 });
    return threads;
  }

  async #leave(name: string): Promise<void> {
    const study = this.#studies.get(name);
    if (study === undefined) return;
    study.users -= 1;
    if (study.users > 0) return;
    // What could not be opened is tried anew: the data may have come meanwhile.
    const isOpen = await study.threads.then(
      () => true,
      () => false,
    );
    if (!isOpen || this.#studies.size > 1) await this.#drop(name);
  }

  async #drop(name: string): Promise<void> {
    const study = this.#studies.get(name);
    this.#studies.delete(name);
    const threads = await study?.threads.catch(() => undefined);
    await threads?.close();
  }

  async #open(study: WindowStudy): Promise<Threads> {
    const { snapshot, hash } = study.facts;
    const loaded = await loadSetup(this.#root, study).catch((error: unknown) => {
      if (error instanceof InputError)
        throw new Unfit(`data ${snapshot} is not in this lake: ${error.message}`);
      throw error;
    });
    if (loaded.snapshot !== snapshot)
      throw new Unfit(`it is of data ${snapshot}, this lake has ${loaded.snapshot}`);
    if (resultHash(study.config) !== hash)
      throw new InputError("the job's settings are not those of its hash");
    return new StandingThreads(this.#entry, sharedSetup(loaded.setup));
  }
}

function readStudy(given: unknown): WindowStudy {
  const parsed = studyShape.safeParse(given);
  if (!parsed.success) throw new InputError("the shared terms of the job cannot be read");
  return { ...parsed.data, config: checked(parsed.data.config) } as WindowStudy;
}
