/** What is asked for when a trouble is resolved. */
import type { ErrorGroup } from "./error-groups.ts";

/** Of one press, as the server takes them; the button says so and can be pressed again. */
export const resolvedAtOnce = 1000;
/** As long as the server takes a name. */
const NAME_MAX = 100;

/** What is asked for: one line by its number, more as a group by what it is about. */
export function resolveWords({ ids, component, message }: Pick<ErrorGroup, "ids" | "component" | "message">) {
  const [first = 0] = ids;
  if (ids.length === 1) return { verb: "resolve-error", error: first } as const;
  const group = `${component}: ${message}`.replace(/\s+/g, " ").slice(0, NAME_MAX);
  return { verb: "resolve-errors", errors: ids.slice(0, resolvedAtOnce), group } as const;
}
