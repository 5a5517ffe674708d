/** Every claim that breakers and other authorities raised: on what, why, from when to when, and what ended it. */

import { count, number, plural } from "../../app/formats.ts";
import type { RunClaim, RunClaims } from "../../app/run-result.ts";
import { isOfAccount } from "./claim-marks.ts";
import { claimName } from "./claim-names.ts";
import { easternTime } from "./eastern-time.ts";
import { emptyState, note, panel, table } from "./figures.ts";
import { html, type Markup } from "./markup.ts";

const TITLE = "When breakers barred entries";
/** More rows than this are folded. */
const SHOWN = 12;
/** What is folded, of one and of several. */
const MORE = ["more claim on the account", "more claims on the account"] as const;
const OF_ONE_STRATEGY = ["claim on a single strategy", "claims on single strategies"] as const;

const ends: Readonly<Record<NonNullable<RunClaim["endedBy"]>, string>> = {
  lapsed: "its time was over",
  itself: "lifted by itself",
  operator: "resumed by the operator",
  replaced: "a stricter level came",
};

export function claimsPanel({ events, dropped }: RunClaims): Markup {
  if (events.length === 0) {
    const words = emptyState("No breaker fired.", "Nothing claimed less than normal trading.");
    return panel({ title: TITLE }, words);
  }
  const account = events.filter(isOfAccount);
  const others = events.filter((claim) => !isOfAccount(claim));
  const meta = `${plural(account.length, "claim")} on the account, ${ofStrategies(others.length)}`;
  const open = account.slice(0, SHOWN);
  return panel(
    { title: TITLE, meta },
    html`${
      open.length === 0
        ? note("Nothing barred the whole account; single strategies were paused.")
        : claimTable(open, "Claims on the account")
    }${folded(account.slice(SHOWN), MORE)}${folded(others, OF_ONE_STRATEGY)}${
      dropped > 0
        ? note(
            `${plural(dropped, "later claim")} did not fit the log and ${dropped === 1 ? "is" : "are"} not listed.`,
          )
        : ""
    }`,
  );
}

const ofStrategies = (claims: number): string =>
  `${count(claims)} on ${claims === 1 ? "a single strategy" : "single strategies"}`;

function folded(claims: readonly RunClaim[], [one, many]: readonly [string, string]): Markup | string {
  if (claims.length === 0) return "";
  return html`<div class="more"><details><summary>${plural(claims.length, one, many)}</summary>
${claimTable(claims, many)}</details></div>`;
}

function claimTable(claims: readonly RunClaim[], caption: string): Markup {
  return table({
    caption,
    columns: [
      { head: "Source", kind: "name" },
      { head: "Level" },
      { head: "Since, ET" },
      { head: "Until, ET" },
      { head: "Ended" },
      { head: "Why", kind: "words" },
    ],
    rows: claims.map((claim) => [
      html`${claimName(claim.source)}${claim.strategy === null ? "" : html`<small>${claim.strategy}</small>`}`,
      chip(claim),
      easternTime(claim.since),
      claim.ended === null ? "" : easternTime(claim.ended),
      html`<span class="ink2">${claim.endedBy === null ? "stands at the end" : ends[claim.endedBy]}</span>`,
      claim.reason,
    ]),
  });
}

/** Filled on the account, dashed on one strategy (DESIGN 4). */
function chip(claim: RunClaim): Markup {
  const { level, scalar } = claim;
  const shape = isOfAccount(claim) ? `chip ${levelShapes[level] ?? ""}` : "chip scoped";
  const times = scalar === 1 ? "" : ` x${number(scalar, 2)}`;
  return html`<span class="${shape}">${level}${times}</span>`;
}

const levelShapes: Readonly<Record<string, string>> = {
  SCALED: "lv1",
  NO_NEW_ENTRIES: "lv2",
  REDUCE_ONLY: "lv3",
  FLATTEN: "lv4",
  HALTED: "lv5",
};
