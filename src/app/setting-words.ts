/** What the schema finds wrong with a setting, in the words of the person who wrote the setting. */
import type { z } from "zod";

const KINDS: Readonly<Record<string, string>> = {
  number: "a number",
  int: "a whole number",
  string: "a text",
  boolean: "true or false",
  array: "a list",
  object: "a set of keys",
  record: "a set of keys",
};

/** `must be a number`: what is allowed where the schema found something else. */
export function mustBe(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be ${issue.values.length === 1 ? "" : "one of "}${issue.values.map(String).join(", ")}`;
    case "too_small":
      return bound(issue.origin, issue.inclusive === false ? "above" : "at least", issue.minimum);
    case "too_big":
      return bound(issue.origin, issue.inclusive === false ? "below" : "at most", issue.maximum);
    default:
      return issue.message;
  }
}

function bound(origin: string, side: string, limit: number | bigint): string {
  if (origin === "string") return `must have ${side} ${limit} characters`;
  if (origin === "array") return `must have ${side} ${limit} entries`;
  return `must be ${side} ${limit}`;
}
