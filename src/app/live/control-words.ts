/**
 * What can be asked of a running system, and what it answers: one request, one answer, by id. The command line and the
 * dashboard use this door and no other; execute judges and writes the audit (ADMIN-1, I-40).
 */
import { z } from "zod";
import type { DayNumber } from "../../domain/time.ts";

const id = z.string().min(1).max(80);
const by = z.string().min(1).max(80);
const reason = z.string().min(1).max(400);
const symbol = z.string().min(1).max(24);
const act = { id, by, reason };
const task = z.string().regex(/^[a-z][a-z_]{0,60}$/);
/** A limit made stricter, for so many seconds of the exchange's clock. */
const override = {
  key: z.string().min(1).max(120),
  value: z.number(),
  forSeconds: z.int().min(1).max(86_400),
};

const number = z.number().nullable();
/** As `RegimeReading`. Sick values pass: execute hears of them, and bars new longs. */
const sessionDay = z.int().transform((day) => day as DayNumber);
const regimeReading = z.strictObject({
  session: sessionDay,
  ...{ bull: number, neutral: number, bear: number },
  regime: z.enum(["Bull", "Neutral", "Bear"]).nullable(),
  longScale: z.number(),
  vix: number,
  vixRegime: z.enum(["calm", "normal", "elevated", "crisis"]).nullable(),
  vixScale: z.number().nullable(),
});

const dayNumber = z.int().transform((day) => day as DayNumber);
const shareCount = z.int().positive();
/** As `ReferenceRow`, by symbol. */
const referenceRow = z.strictObject({
  symbol: z.string().max(20),
  values: z.array(z.number().nullable()).max(40),
  basis: z
    .strictObject({
      asOf: dayNumber,
      splits: z
        .array(z.strictObject({ exDate: dayNumber, newShares: shareCount, oldShares: shareCount }))
        .max(400)
        .optional(),
    })
    .optional(),
});

/** What was done elsewhere, and to what: no act of this door is among them, so that none can be made up. */
const noted = {
  what: z.enum([
    "login",
    "login-refused",
    "logout",
    "request-refused",
    "key-refused",
    "halt-file",
    "resolve-error",
    "acknowledge-alert",
    "test-alerts",
    "run-task",
  ]),
  subject: z.string().max(120).optional(),
};
export type Noted = z.infer<typeof noted.what>;

/** Each loosening one is confirmed by who asks; `halt` needs nothing but the word. */
export const controlRequest = z.discriminatedUnion("verb", [
  z.strictObject({ verb: z.literal("status"), id }),
  z.strictObject({ verb: z.literal("why"), id, symbol: symbol.optional() }),
  z.strictObject({ verb: z.literal("orders"), id, limit: z.int().min(1).max(10_000).default(200) }),
  z.strictObject({ verb: z.literal("trades"), id }),
  /** Of each instrument: its mark, its quote, and what keeps it from being entered. */
  z.strictObject({ verb: z.literal("market"), id }),
  /** All that a live picture is drawn from, and today's valuations. */
  z.strictObject({ verb: z.literal("picture"), id }),
  z.strictObject({ verb: z.literal("curve"), id }),
  /** Counts and durations, for whoever offers them to others (OPS-5). */
  z.strictObject({ verb: z.literal("metrics"), id }),
  z.strictObject({ verb: z.literal("pause"), ...act }),
  z.strictObject({ verb: z.literal("resume"), ...act }),
  z.strictObject({ verb: z.literal("halt"), ...act }),
  z.strictObject({ verb: z.literal("flatten"), ...act, symbol: symbol.optional() }),
  z.strictObject({ verb: z.literal("close"), ...act, symbol }),
  z.strictObject({ verb: z.literal("enable"), ...act, strategy: z.string() }),
  z.strictObject({ verb: z.literal("disable"), ...act, strategy: z.string() }),
  z.strictObject({ verb: z.literal("acknowledge"), ...act, symbol }),
  /** What the broker's cash is ahead of our books by was a deposit or a withdrawal. */
  z.strictObject({ verb: z.literal("acknowledgeCash"), ...act }),
  /** The corporate actions of the coming session are asked for now. */
  z.strictObject({ verb: z.literal("checkActions"), ...act }),
  z.strictObject({ verb: z.literal("finish"), ...act }),
  /** Before a stop that leaves positions: no entry any more, and those that work are taken back. Lifted by `return`. */
  z.strictObject({ verb: z.literal("retire"), ...act }),
  z.strictObject({ verb: z.literal("return"), ...act }),
  /** The monitor found what it cannot heal: no entry until it says `release`. It loosens nothing of anybody else's. */
  z.strictObject({ verb: z.literal("hold"), ...act }),
  z.strictObject({ verb: z.literal("release"), ...act }),
  z.strictObject({ verb: z.literal("override"), ...act, ...override }),
  /** Our books are compared with the broker's at once. */
  z.strictObject({ verb: z.literal("reconcile"), ...act }),
  /**
   * A task of the day failed without which nothing is to be entered, or has passed again: never more than that.
   * `isUnjudged`: it came to no verdict, and what it bars ends when nobody is there to judge it.
   */
  z.strictObject({ verb: z.literal("barEntries"), ...act, task, isUnjudged: z.literal(true).optional() }),
  z.strictObject({ verb: z.literal("allowEntries"), ...act, task }),
  /** What the regime detector says of a session; execute judges whether it is sound (C-19). */
  z.strictObject({ verb: z.literal("tellRegime"), ...act, reading: regimeReading }),
  /** Rows of a reference table, by symbol; what the run does not trade is left out. */
  z.strictObject({
    verb: z.literal("tellReference"),
    ...act,
    table: z.string().max(40),
    rows: z.array(referenceRow),
    isWhole: z.literal(true).optional(),
    /** Day number of the session that it is told for, this one or the next; absent: the one of the instant. */
    session: sessionDay.optional(),
  }),
  /** The monitor's word, four times a minute: people can be reached, or no channel has worked for long (C-60). */
  z.strictObject({ verb: z.literal("channels"), id, working: z.boolean() }),
  /** The orchestrator's word, four times a minute: it is there, and judges its tasks. */
  z.strictObject({ verb: z.literal("onDuty"), id }),
  /** What happened at a door or elsewhere and changes nothing here: a line of the audit alone (I-40). */
  z.strictObject({ verb: z.literal("note"), ...act, ...noted }),
]);
export type ControlRequest = z.infer<typeof controlRequest>;
export type ControlAct = Extract<ControlRequest, { readonly by: string }>;

export type ControlAnswer = { readonly id: string } & (
  | { readonly kind: "told"; readonly value: unknown }
  | { readonly kind: "accepted"; readonly auditId: string }
  /** A gate said no (exit 3), or the request was wrong (exit 2). */
  | { readonly kind: "refused"; readonly reason: string; readonly exitCode: number }
);
