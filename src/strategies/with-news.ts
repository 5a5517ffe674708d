/**
 * A strategy that listens to the news of what it holds or wants (RES-3): where the tone about a company is unusually
 * bad for that company, no new long is entered, and where it was asked for, a long is left. Shorts are left alone.
 * Any strategy may be given it (`strategies.ID.news`), so the rule is one and no strategy has it inside.
 *
 * WN-1  What is not known moves nothing: no reading, fewer than 60 of them or no news, and all is as without the rule.
 * WN-2  An entry is barred as the readings of that instant say, and the wish stays in the record with its reason.
 */
import { optionalReference } from "../domain/reference-table.ts";
import { newsTable } from "../market/references/news.ts";
import type { BoundStrategy } from "./strategy.ts";

/** Of the day's tone against the company's own last 756 days (RES-3). */
const LOW = -2;
/** Beside names that a strategy may have of its own. */
const Z = "news.z";
const REASON = "news.bad";

export type NewsRule = "off" | "block" | "exit";

/** `block`: new longs are barred; `exit`: and longs are left. */
export function withNews(strategy: BoundStrategy, rule: NewsRule): BoundStrategy {
  if (rule === "off") return strategy;
  const references = [...(strategy.references ?? []), [Z, optionalReference(newsTable, "z")] as const];
  const barred: BoundStrategy = {
    ...strategy,
    references,
    advise(entry, close, feature, known) {
      const asked = strategy.advise?.(entry, close, feature, known) ?? entry;
      const isBad = (known[Z]?.at(entry.instrument) ?? Number.NaN) < LOW;
      return isBad && entry.conviction > 0 ? { ...asked, barredBy: "news" } : asked;
    },
  };
  if (rule === "block") return barred;
  return {
    ...barred,
    reasons: [...strategy.reasons, [REASON, "news reads unusually bad for it, z {0}"]],
    decide(view, isRepeated) {
      strategy.decide(view, isRepeated);
      const z = view.reference[Z];
      for (let n = 0; n < view.size; n++) {
        const i = view.instrument(n);
        const now = z?.at(i) ?? Number.NaN;
        if (now < LOW && view.position(i) > 0) view.exit(i, REASON, now);
      }
    },
  };
}
