/**
 * What an operator may override in a running system (ADMIN-1): a limit of the gate or of a breaker, and only to make it
 * stricter. Whatever loosens one is a matter of the configuration and of the next session (C-57).
 */
import { z } from "zod";
import { InputError } from "../domain/assert.ts";
import type { LimitOverridden } from "../domain/events.ts";
import { breakers } from "../risk/breaker-registry.ts";
import { rules } from "../risk/registry.ts";
import { type Config, firstProblem } from "./config.ts";
import { limits, stricterAt } from "./limit-table.ts";

export type WantedLimit = Pick<LimitOverridden, "key" | "value" | "stricter">;

/** One limit under two names: who tightens one means both (C-25, C-29). */
const twins: readonly (readonly [string, string])[] = [
  ["risk.daily_drawdown.maxFraction", "breakers.day_high_drawdown.maxFraction"],
  ["risk.max_positions.reducedScalar", "risk.gross_exposure.reducedScalar"],
];
/** Its history reaches back as far as it was configured to. */
const FIXED = ["breakers.rapid_loss.windowMinutes"];

export const overridableKeys = (): readonly string[] =>
  Object.keys(limits).filter(
    (key) => /^(?:risk|breakers)\./.test(key) && stricterAt(key) !== undefined && !FIXED.includes(key),
  );

/**
 * The limit, and the other one that is the same. Throws InputError naming the key: exit 2 when it is not listed or
 * the value is none that it takes, exit 3 when the value is not stricter than the configured one.
 */
export function judgedOverride(config: Config, key: string, value: number): readonly WantedLimit[] {
  const stricter = stricterAt(key);
  if (stricter === undefined || !overridableKeys().includes(key))
    throw new InputError(`override: ${key} cannot be overridden; what can: ${near(key).join(", ")}`, 2);
  const [family = "", id = "", param = ""] = key.split(".");
  const configured = config[family as "risk" | "breakers"][id] as Readonly<Record<string, number>>;
  const now = configured[param] ?? Number.NaN;
  const module = [...rules, ...breakers].find((one) => one.id === id);
  try {
    module?.configure({ ...configured, [param]: value });
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    throw new InputError(firstProblem(error, { ...configured, [param]: value }, `${family}.${id}`), 2);
  }
  if (!(stricter === "less" ? value < now : value > now))
    throw new InputError(
      `override: ${key} = ${value}: must be ${stricter === "less" ? "below" : "above"} ${now}, which is configured; ` +
        "what loosens a limit takes effect next session: put it into the configuration",
      3,
    );
  const pair = twins.find((keys) => keys.includes(key)) ?? [key];
  return pair.map((each) => ({ key: each, value, stricter }));
}

/** Of the same rule, else the first few. */
function near(key: string): readonly string[] {
  const stem = key.split(".").slice(0, 2).join(".");
  const all = overridableKeys();
  const same = all.filter((other) => other.startsWith(`${stem}.`));
  return (same.length > 0 ? same : all).slice(0, 6);
}
