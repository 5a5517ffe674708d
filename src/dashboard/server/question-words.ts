/** The words of a question's address, judged: a filter is a short text, a page of rows has an end. */
import { z } from "zod";

const filter = z.string().min(1).max(80).optional();
const page = {
  from: z.coerce.number().int().min(0).max(10_000_000).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
};

export const questionWords = {
  equity: z.strictObject({ range: z.enum(["today", "run"]).default("today") }),
  orders: z.strictObject({ ...page, symbol: filter, strategy: filter, state: filter }),
  signals: z.strictObject({ ...page, symbol: filter, strategy: filter }),
  why: z.strictObject({ symbol: filter }),
  errors: z.strictObject({
    ...page,
    level: z.enum(["CRITICAL", "ERROR", "WARNING"]).optional(),
    open: z.enum(["0", "1"]).default("0"),
  }),
  page: z.strictObject(page),
  nothing: z.strictObject({}),
} as const;

export type PageAsk = z.infer<typeof questionWords.page>;
export type OrdersAsk = z.infer<typeof questionWords.orders>;
export type SignalsAsk = z.infer<typeof questionWords.signals>;
export type ErrorsAsk = z.infer<typeof questionWords.errors>;

/** `r-o12`: the run's name and the order's number. */
export const orderId = z.string().regex(/^[a-z0-9]{1,40}-o\d{1,9}$/, "must be an order's id, as d1abc-o12");

/** One line that names what is wrong; the value itself is not repeated. */
export function problemOf(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return "not valid";
  const where = issue.path.map(String).join(".");
  const what = issue.code === "unrecognized_keys" ? `unknown: ${issue.keys.length} keys` : issue.message;
  return where === "" ? what : `${where}: ${what}`;
}
