/** How good the data was, what the scheduler did, the able minutes of 21 sessions, and the heads of the records. */
import type { DailyReport } from "../../app/daily/daily-terms.ts";
import { count, NO_DATA, number, percent, plural } from "../../app/formats.ts";
import { type AbleDay, outageCauses } from "../../ops/able-minutes.ts";
import { easternTime } from "../report/eastern-time.ts";
import { emptyState, note, panel, table } from "../report/figures.ts";
import { html, type Markup, nothing } from "../report/markup.ts";
import { across, disc } from "../report/svg.ts";
import { minutes } from "./daily-verdict.ts";
import { keyTile } from "./key-tile.ts";

const GAPS_SHOWN = 8;

export function qualityPanel({ quality }: DailyReport): Markup {
  const { records, accepted, rejected, late, minutesTold, minutesDue, gaps, halts } = quality;
  const refused = records - accepted;
  const facts: readonly (readonly [string, string])[] = [
    ["Bars heard", count(records)],
    ["Let pass", count(accepted)],
    ["Refused", count(refused)],
    ["Late, changed nothing", count(late)],
    ["Minutes told", `${count(minutesTold)} of ${count(minutesDue)}`],
    ["Halts of symbols", count(halts)],
  ];
  const gapWords = gaps.slice(0, GAPS_SHOWN).map((gap) => {
    const [from = "", to = ""] = gap.split("/");
    return `${easternTime(from).slice(11)} to ${easternTime(to).slice(11)}`;
  });
  const beyond = gaps.length > GAPS_SHOWN ? ` and ${gaps.length - GAPS_SHOWN} more` : "";
  const missing =
    gaps.length === 0
      ? "No minute of the session is missing."
      : `Minutes without a word, ET: ${gapWords.join(", ")}${beyond}.`;
  return panel(
    {
      title: "Market data",
      meta: refused === 0 ? "nothing was refused" : `${plural(refused, "bar")} refused`,
      span: "c5",
    },
    html`<dl class="tally two">${facts.map(
      ([name, value]) =>
        html`<div><dt>${name}</dt><dd class="${value === "0" ? "flat" : ""}">${value}</dd></div>`,
    )}</dl>${
      rejected.length === 0
        ? nothing
        : table({
            caption: "Refused by rule",
            columns: [
              { head: "Rule", kind: "name" },
              { head: "Bars", kind: "number" },
              { head: "For example", kind: "words" },
            ],
            rows: rejected.map(({ rule, count: n, example }) => [rule, count(n), example]),
          })
    }${note(missing)}`,
  );
}

export function jobsPanel({ jobs }: DailyReport): Markup {
  const title = "Tasks of the day";
  const span = "c7";
  if (jobs.kind === "absent") return panel({ title, span }, emptyState("No record of tasks.", jobs.text));
  if (jobs.tasks.length === 0)
    return panel(
      { title, span },
      emptyState("No task was due.", "The scheduler ran nothing for this session."),
    );
  const bad = jobs.tasks.filter(({ state }) => state === "failed" || state === "late").length;
  const time = (at: string | null) => (at === null ? "" : easternTime(at).slice(11));
  return panel(
    { title, meta: `${plural(jobs.tasks.length, "run")}, ${count(bad)} failed or late`, span },
    table({
      caption: title,
      columns: [
        { head: "Task", kind: "name" },
        { head: "State" },
        { head: "Due, ET" },
        { head: "Began, ET" },
        { head: "Ended, ET" },
        { head: "What", kind: "words" },
      ],
      rows: jobs.tasks.map(({ task, state, scheduledAt, startedAt, endedAt, attempt, text }) => [
        attempt > 1 ? html`${task}<small>try ${count(attempt)}</small>` : task,
        state === "failed" || state === "late" ? html`<b class="loss">${state}</b>` : state,
        time(scheduledAt),
        time(startedAt),
        time(endedAt),
        text,
      ]),
    }),
  );
}

const BAR_HEIGHT = 18;
/** The bar of a day shows the minutes lost, of so many: what a session may lose stands at the disc. */
const policies = {
  free: "Half of the budget or more is left: deployments are free outside of 09:00 to 16:30 ET.",
  careful: "Less than half of the budget is left: no optional deployments.",
  exhausted: "The budget is exhausted: fixes only, and ten positions at most.",
} as const;

export function ablePanel({ able, session, speed }: DailyReport): Markup {
  const { days, budget, fraction, goal } = able;
  const title = `Able minutes, ${count(able.window)} sessions`;
  if (fraction === null)
    return panel(
      { title },
      emptyState("No data.", "No minute of the market is on record in these sessions."),
    );
  const lostAll = able.scheduled - able.able;
  const recorded =
    days.length < able.window ? `${plural(days.length, "session")} of ${count(able.window)} on record. ` : "";
  const fast =
    speed > 1
      ? ` At ${number(speed, 0)} times real time a second of the machine is ${minutes(speed / 60)} minutes of these.`
      : "";
  const whole = days.reduce((most, day) => Math.max(most, lost(day)), budget.minutes / able.window);
  return panel(
    { title, meta: "minutes in which it could have traded, of those in which the market was open" },
    html`<div class="kp able">${[
      keyTile("Able", percent(fraction, 2), `goal ${percent(goal, 1)}`),
      keyTile("Minutes lost", minutes(lostAll), `of ${minutes(able.scheduled)} scheduled`),
      keyTile("Error budget left", minutes(budget.left), `of ${number(budget.minutes, 2)} minutes`),
      keyTile("Barred on purpose", minutes(able.held), "counts as able"),
      ...outageCauses.map((cause) => keyTile(`Lost, ${cause}`, minutes(able.lost[cause]), causeWords[cause])),
    ]}</div>${table({
      caption: title,
      columns: [
        { head: "Session", kind: "name" },
        { head: "Scheduled", kind: "number" },
        { head: "Able", kind: "number" },
        { head: "Able, %", kind: "number" },
        { head: "On purpose", kind: "number" },
        { head: "Lost", kind: "number" },
        { head: "Whose" },
        { head: "Lost, of what a session may lose" },
      ],
      rows: days
        .toReversed()
        .map((day) => [
          day.date === session.date ? html`${day.date}<small>this session</small>` : day.date,
          minutes(day.scheduled),
          minutes(day.able),
          percent(day.able / day.scheduled, 2),
          day.held > 0 ? minutes(day.held) : "",
          lost(day) > 0 ? html`<b>${minutes(lost(day))}</b>` : "",
          html`<span class="ink2">${outageCauses.filter((cause) => day.lost[cause] > 0).join(", ")}</span>`,
          lostBar(day, day.scheduled * (1 - goal), whole),
        ]),
    })}${note(`${recorded}${policies[able.policy]} ${COUNTED}${fast}`)}`,
  );
}

const COUNTED = "Claims that bar the whole account and starts of execute count, each instant once.";
const causeWords = {
  own: "processes, machine, books",
  broker: "orders and account",
  feed: "market data",
  network: "both at once",
} as const;

const lost = (day: AbleDay): number => day.scheduled - day.able;

function lostBar(day: AbleDay, may: number, whole: number): Markup {
  const share = whole > 0 ? Math.min(1, lost(day) / whole) : 0;
  const shape = lost(day) > may ? "over" : "calm";
  return html`<div class="lim ${shape} flat-bar"><svg width="100%" height="${BAR_HEIGHT}" aria-hidden="true">
<rect class="track" y="6" width="100%" height="6" rx="1"/>
<rect class="fill" y="6" width="${across(share * 0.96)}" height="6" rx="1"/>
${disc({ x: whole > 0 ? (may / whole) * 0.96 : 0, y: BAR_HEIGHT / 2 }, { radius: 4, isUpright: true })}</svg>
<span class="vh">${number(lost(day), 2)} of ${number(may, 2)} minutes</span></div>`;
}

export function anchorsPanel({ anchors, run, build, session }: DailyReport): Markup {
  const rows = [
    ...anchors.journals.map(
      ({ journal, entries, head }) => [journal, plural(entries, "entry", "entries"), head] as const,
    ),
    [
      "audit",
      plural(anchors.audit.count, "act"),
      anchors.audit.head === "" ? NO_DATA : anchors.audit.head,
    ] as const,
  ];
  return html`<section class="panel c12"><div class="ph"><h2>Heads of the records</h2>
<span class="meta">kept off this machine, they prove that nothing before them was changed</span></div>
<dl class="kv heads">${rows.map(
    ([name, size, head]) => html`<dt>${name}</dt><dd>${size}<br><span class="mono">${head}</span></dd>`,
  )}</dl></section>
<footer class="foot">Run ${run}, build ${build}. Money is the ledger's; the curve, the limits and what was blocked come
of a replay of the journal to ${easternTime(session.asOf)} ET. Past results do not promise future ones. Font: Inter,
SIL Open Font License 1.1.</footer>`;
}
