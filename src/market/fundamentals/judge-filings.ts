/** The gatekeeper for reports: each is judged before anything downstream may see it (DATA-4, RES-4, C-09). */
import type { DayNumber } from "../../domain/time.ts";
import { type Filing, filingKey, type ReadFiling, sameFigures } from "./filing.ts";
import type { FilingSetting } from "./filing-rule.ts";
import { filingRules } from "./rule-registry.ts";

interface RefusedFiling {
  readonly filing: ReadFiling;
  readonly rule: string;
  readonly reason: string;
}

export interface JudgedFilings {
  /** New ones, each once. */
  readonly accepted: readonly Filing[];
  /** Repeat what the file or the store has already. */
  readonly duplicates: number;
  readonly refused: readonly RefusedFiling[];
}

/** `stored` passed before: what contradicts it is refused. */
export function judgeFilings(
  read: readonly ReadFiling[],
  stored: readonly Filing[],
  today: DayNumber,
): JudgedFilings {
  const known = new Map(stored.map((filing) => [filingKey(filing), filing]));
  const refused: RefusedFiling[] = [];
  const sound = read.filter((filing) => !isRefused(filing, { today, conflicts: [] }, refused));
  // Only now: the dates of those that are left are dates.
  const accepted: Filing[] = [];
  let duplicates = 0;
  for (const [key, versions] of Map.groupBy(sound, (filing) => filingKey(placed(filing)))) {
    const before = known.get(key);
    const all = before === undefined ? versions : [before, ...versions];
    let isFirst = before === undefined;
    for (const filing of versions) {
      const conflicts = all.filter((other) => !sameFigures(filing, other));
      if (isRefused(filing, { today, conflicts }, refused)) continue;
      if (isFirst) accepted.push(placed(filing));
      else duplicates++;
      isFirst = false;
    }
  }
  return { accepted, duplicates, refused };
}

function isRefused(filing: ReadFiling, setting: FilingSetting, refused: RefusedFiling[]): boolean {
  const rule = filingRules.find((each) => each.breaks(filing, setting));
  if (rule === undefined) return false;
  refused.push({ filing, rule: rule.id, reason: rule.explain(filing, setting) });
  return true;
}

const placed = ({ told: _, ...filing }: ReadFiling): Filing => filing as Filing;
