/** Every limit with its highest use of the day: the disc is the limit, the bar is the use (DESIGN 1, 3). */
import type { DailyReport, LimitHigh } from "../../app/daily/daily-terms.ts";
import { besideLimit, count, NO_DATA, number } from "../../app/formats.ts";
import { easternTime } from "../report/eastern-time.ts";
import { note, panel } from "../report/figures.ts";
import { html, type Markup } from "../report/markup.ts";
import { across, disc } from "../report/svg.ts";

const MARK_AT = 0.88;
const NEAR = 0.8;
const HEIGHT = 18;

export function limitsPanel({ limits }: DailyReport): Markup {
  return panel(
    { title: "Limits", meta: "highest use of the day, of the limit", span: "c7" },
    html`<div class="lims">${limits.map(limitRow)}</div>${note(
      "A position may grow past its limit by itself: the limit is on what is bought.",
    )}`,
  );
}

function limitRow(high: LimitHigh): Markup {
  const { label, used, limit, at } = high;
  const share = used === null ? 0 : used / limit;
  const state = share > 1 ? "over" : share >= NEAR ? "near" : "calm";
  const { use, of } = figures(high);
  const when = at === null ? "" : easternTime(at).slice(11);
  return html`<div class="lim ${state}"><span class="k">${label}</span>
<span class="v"><b>${use}</b> <i>of ${of}</i></span><span class="at">${used === 0 ? "" : when}</span>
<div role="meter" aria-label="${label}" aria-valuemin="0" aria-valuemax="100"
 aria-valuenow="${Math.round(Math.min(1, share) * 100)}" aria-valuetext="${use} of ${of}">
<svg width="100%" height="${HEIGHT}" aria-hidden="true">
<rect class="track" y="6" width="100%" height="6" rx="1"/>
<rect class="fill" y="6" width="${across(Math.min(1, Math.max(0, share * MARK_AT)))}" height="6" rx="1"/>
${disc({ x: MARK_AT, y: HEIGHT / 2 }, { radius: 4, isUpright: true })}</svg></div></div>`;
}

/** Both with the same places, and never rounded across each other. */
function figures({ used, limit, unit }: LimitHigh): { readonly use: string; readonly of: string } {
  if (unit === "fraction") {
    const places = limit >= 0.2 ? 1 : 2;
    const of = `${number(limit * 100, places)}%`;
    return { use: used === null ? NO_DATA : `${besideLimit(used * 100, limit * 100, places)}%`, of };
  }
  return { use: used === null ? NO_DATA : count(used), of: count(limit) };
}
