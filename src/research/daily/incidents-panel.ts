/** What broke: claims with their cause, restarts, alerts with their delivery, errors, and what people did about it. */
import type { DailyClaim, DailyReport } from "../../app/daily/daily-terms.ts";
import { count, duration, plural } from "../../app/formats.ts";
import { claimName } from "../report/claim-names.ts";
import { easternTime } from "../report/eastern-time.ts";
import { emptyState, panel, table } from "../report/figures.ts";
import { html, type Markup, nothing } from "../report/markup.ts";

const ends: Readonly<Record<string, string>> = {
  lapsed: "its time was over",
  itself: "by itself",
  operator: "by the operator",
  replaced: "a stricter one came",
};
const shapes: Readonly<Record<string, string>> = {
  SCALED: "lv1",
  NO_NEW_ENTRIES: "lv2",
  REDUCE_ONLY: "lv3",
  FLATTEN: "lv4",
  HALTED: "lv5",
};
const ERRORS_SHOWN = 12;
const CLAIMS_SHOWN = 20;

export function incidentsPanel({ incidents }: DailyReport): Markup {
  const { claims, restarts, alerts, errors, acts } = incidents;
  const title = "Incidents";
  const total = claims.length + restarts.length + alerts.length + errors.length + acts.length;
  if (total === 0)
    return panel(
      { title },
      emptyState("Nothing happened.", "No claim, no restart, no alert, no error, no act."),
    );
  const lines = errors.reduce((sum, one) => sum + one.count, 0);
  const meta = [
    plural(claims.length, "claim"),
    plural(restarts.length, "restart"),
    plural(alerts.length, "alert"),
    `${plural(lines, "line")} of trouble in the log`,
  ].join(" \u00b7 ");
  return panel(
    { title, meta },
    html`${part("Claims: who barred or scaled trading", claimsTable(claims))}${part(
      "Starts of execute anew",
      restartsTable(restarts),
    )}${part("Alerts and their delivery", alertsTable(alerts))}${part("Trouble in the log", errorsTable(errors))}${part(
      "Acts of operators",
      actsTable(acts),
    )}`,
  );
}

const part = (title: string, body: Markup | undefined): Markup =>
  body === undefined ? nothing : html`<h3 class="th">${title}</h3>${body}`;

function claimsTable(claims: readonly DailyClaim[]): Markup | undefined {
  if (claims.length === 0) return undefined;
  const rows = (shown: readonly DailyClaim[]) =>
    table({
      caption: "Claims",
      columns: [
        { head: "Source", kind: "name" },
        { head: "Level" },
        { head: "Since, ET" },
        { head: "Until, ET" },
        { head: "Ended" },
        { head: "Counts as" },
        { head: "Why", kind: "words" },
      ],
      rows: shown.map((claim) => [
        html`${claimName(claim.source)}${claim.target === "account" ? nothing : html`<small>${claim.target}</small>`}`,
        chip(claim),
        clock(claim.from),
        claim.to === null ? html`<b>stands</b>` : clock(claim.to),
        html`<span class="ink2">${claim.endedBy === null ? "" : (ends[claim.endedBy] ?? claim.endedBy)}</span>`,
        claim.cause === undefined ? html`<span class="ink2">intended</span>` : html`lost, ${claim.cause}`,
        claim.reason,
      ]),
    });
  const rest = claims.slice(CLAIMS_SHOWN);
  if (rest.length === 0) return rows(claims);
  return html`${rows(claims.slice(0, CLAIMS_SHOWN))}<div class="more"><details><summary>${plural(
    rest.length,
    "more claim",
  )}</summary>${rows(rest)}</details></div>`;
}

/** Filled on the account, dashed on one strategy (DESIGN 4). */
const chip = ({ target, level }: DailyClaim): Markup =>
  html`<span class="chip ${target === "account" ? (shapes[level] ?? "") : "scoped"}">${level}</span>`;

function restartsTable(restarts: DailyReport["incidents"]["restarts"]): Markup | undefined {
  if (restarts.length === 0) return undefined;
  return table({
    caption: "Restarts",
    columns: [
      { head: "Life", kind: "name" },
      { head: "Last sign before, ET" },
      { head: "Back, ET" },
      { head: "Away", kind: "number" },
    ],
    rows: restarts.map(({ life, from, to, minutes }) => [
      count(life),
      clock(from),
      clock(to),
      duration(minutes * 60),
    ]),
  });
}

function alertsTable(alerts: DailyReport["incidents"]["alerts"]): Markup | undefined {
  if (alerts.length === 0) return undefined;
  return table({
    caption: "Alerts",
    columns: [
      { head: "At, ET", kind: "name" },
      { head: "Level" },
      { head: "From" },
      { head: "Delivery" },
      { head: "What", kind: "words" },
    ],
    rows: alerts.map(({ at, level, from, state, channel, deliveredAt, text }) => [
      clock(at),
      level,
      html`<span class="ink2">${from}</span>`,
      deliveredAt === null ? state : html`${state} ${channel ?? ""}<small>${clock(deliveredAt)}</small>`,
      text,
    ]),
  });
}

function errorsTable(errors: DailyReport["incidents"]["errors"]): Markup | undefined {
  if (errors.length === 0) return undefined;
  const rows = (shown: typeof errors) =>
    table({
      caption: "Trouble in the log",
      columns: [
        { head: "Level", kind: "name" },
        { head: "Process" },
        { head: "Times", kind: "number" },
        { head: "What", kind: "words" },
      ],
      rows: shown.map(({ level, component, count: times, message }) => [
        level,
        component,
        count(times),
        message,
      ]),
    });
  const rest = errors.slice(ERRORS_SHOWN);
  if (rest.length === 0) return rows(errors);
  return html`${rows(errors.slice(0, ERRORS_SHOWN))}<div class="more"><details><summary>${plural(
    rest.length,
    "more kind",
  )}</summary>${rows(rest)}</details></div>`;
}

function actsTable(acts: DailyReport["incidents"]["acts"]): Markup | undefined {
  if (acts.length === 0) return undefined;
  return table({
    caption: "Acts of operators",
    columns: [
      { head: "At, ET", kind: "name" },
      { head: "Who" },
      { head: "What" },
      { head: "Why", kind: "words" },
    ],
    rows: acts.map(({ at, who, action, reason }) => [clock(at), who, action, reason]),
  });
}

/** Within the day the clock is enough. */
const clock = (at: string): string => easternTime(at).slice(11);
