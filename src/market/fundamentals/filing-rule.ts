/** What a rule of the gatekeeper for reports is. Adding one: a file here, a line in the registry. */
import type { DayNumber } from "../../domain/time.ts";
import type { Filing, ReadFiling } from "./filing.ts";

/** What the report itself does not say. */
export interface FilingSetting {
  readonly today: DayNumber;
  /** Versions of the same filing that say something else, in the same file or stored before. */
  readonly conflicts: readonly Pick<Filing, "figures">[];
}

export interface FilingRule {
  /** Kebab-case, unique; it stands in audit lists. */
  readonly id: string;
  breaks(filing: ReadFiling, setting: FilingSetting): boolean;
  /** What was given and what is allowed. Called only for a report that breaks the rule. */
  explain(filing: ReadFiling, setting: FilingSetting): string;
}
