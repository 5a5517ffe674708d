/**
 * What crosses the network for a job. Whoever may write to the server may write these, so every frame is judged before
 * it is used; what is no frame of ours is thrown away by whoever takes it.
 */
import { z } from "zod";

/** Raised with every change of the frames: two versions do not work together. */
const VERSION = 1;
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const reason = z.string().max(2000);

const jobShape = z.strictObject({
  version: z.literal(VERSION),
  /** Which work it is: names the handler. */
  kind: z.string().regex(/^[a-z][a-z-]{0,39}$/),
  /** SHA-256 over all that the outcome depends on: equal keys, equal outcomes. */
  key: hash,
  /** Version of the code that must do it. */
  code: z.string().min(1).max(80),
  /** SHA-256 of the terms that many jobs share; null without. */
  shared: hash.nullable(),
  payload: z.unknown(),
});

/** One piece of work. `payload` is plain JSON, judged by the handler of its kind. */
export type JobFrame = Readonly<Omit<z.infer<typeof jobShape>, "version">>;

const outcomeShape = z.discriminatedUnion("ok", [
  z.strictObject({
    version: z.literal(VERSION),
    ok: z.literal(true),
    code: z.string().max(80),
    worker: z.string().max(200),
    value: hash,
  }),
  z.strictObject({
    version: z.literal(VERSION),
    ok: z.literal(false),
    code: z.string().max(80),
    worker: z.string().max(200),
    reason,
  }),
]);

/** How a job ended. `value`: name of the bytes that hold the outcome as JSON. */
export type OutcomeHead = z.infer<typeof outcomeShape>;

const noteShape = z.strictObject({
  /** `done`: an outcome is there; `working`: still at it; `unfit`: this worker gave it back. */
  kind: z.enum(["done", "working", "unfit"]),
  key: hash,
  worker: z.string().max(200),
  reason: reason.optional(),
});

/** Said by a worker to whoever listens, once; what hangs on it does not need it. */
export type JobNote = Readonly<z.infer<typeof noteShape>>;

export const jobText = (job: JobFrame): string => JSON.stringify({ version: VERSION, ...job });
export const outcomeText = (head: OutcomeHead): string => JSON.stringify(head);
export const noteText = (note: JobNote): string => JSON.stringify(note);

/** Undefined: not one of ours, or of another version. */
export function readJob(text: string): JobFrame | undefined {
  const frame = parsed(jobShape, text);
  if (frame === undefined) return undefined;
  const { version: _, ...job } = frame;
  return job;
}

export const readOutcome = (text: string): OutcomeHead | undefined => parsed(outcomeShape, text);
export const readNote = (text: string): JobNote | undefined => parsed(noteShape, text);

export const outcomeVersion = VERSION;

function parsed<Shape extends z.ZodType>(shape: Shape, text: string): z.infer<Shape> | undefined {
  try {
    return shape.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
