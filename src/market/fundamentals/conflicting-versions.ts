/** Two versions filed on one day that say different things: nobody can tell which holds, so none does. */
import { figureNames } from "./filing.ts";
import type { FilingRule } from "./filing-rule.ts";

export const noConflictingVersion: FilingRule = {
  id: "no-conflicting-version",
  breaks: (_, { conflicts }) => conflicts.length > 0,
  explain({ figures }, { conflicts: [other] }) {
    const name = figureNames.find((each) => !Object.is(figures[each], other?.figures[each]));
    const both = name === undefined ? "" : `: ${name} ${figures[name]} and ${other?.figures[name]}`;
    return `another version of the same filing says something else${both}`;
  },
};
