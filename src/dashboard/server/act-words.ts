/** What the page may ask to be done, judged before anything is (contract/acts.ts). */
import { z } from "zod";
import { ERRORS_MAX, GROUP_MAX } from "../../app/monitor/monitor-asks.ts";
import { phrases } from "../contract/acts.ts";

const symbol = z.string().min(1).max(24);
const strategy = z.string().min(1).max(80);
const command = {
  id: z.string().regex(/^[A-Za-z0-9_-]{8,80}$/, "must be 8 to 80 letters, digits, _ or -"),
  reason: z.string().regex(/^[^\p{Cc}\u2028\u2029]{1,400}$/u, "must be one line of 1 to 400 characters"),
};
const loosening = { ...command, key: z.string().max(200), phrase: z.string().max(200) };
const override = {
  key: z.string().min(1).max(120),
  value: z.number(),
  forSeconds: z.int().min(1).max(86_400),
};

export const actAsk = z.discriminatedUnion("verb", [
  z.strictObject({ verb: z.literal("pause"), ...command }),
  z.strictObject({ verb: z.literal("halt"), ...command }),
  z.strictObject({ verb: z.literal("flatten"), ...command }),
  z.strictObject({ verb: z.literal("flatten-symbol"), ...command, symbol }),
  z.strictObject({ verb: z.literal("close"), ...command, symbol }),
  z.strictObject({ verb: z.literal("disable"), ...command, strategy }),
  z.strictObject({ verb: z.literal("override"), ...command, ...override }),
  z.strictObject({ verb: z.literal("resume"), ...loosening }),
  z.strictObject({ verb: z.literal("enable"), ...loosening, strategy }),
  z.strictObject({ verb: z.literal("resolve-error"), ...command, error: z.int().min(1) }),
  z.strictObject({
    ...{ verb: z.literal("resolve-errors"), ...command, group: z.string().min(1).max(GROUP_MAX) },
    errors: z.array(z.int().min(1)).min(1).max(ERRORS_MAX),
  }),
  z.strictObject({ verb: z.literal("acknowledge-alert"), ...command, alert: z.string().min(1).max(120) }),
  z.strictObject({ verb: z.literal("test-alerts"), ...command }),
  z.strictObject({ verb: z.literal("run-task"), ...command, task: z.string().min(1).max(80) }),
]);
export type ActWords = z.infer<typeof actAsk>;
export type LooseningAct = Extract<ActWords, { readonly phrase: string }>;

/** True for what lets more be traded than now. */
export const loosens = (act: ActWords): act is LooseningAct => act.verb === "resume" || act.verb === "enable";

export const phraseOf = ({ verb }: LooseningAct): string => phrases[verb];
