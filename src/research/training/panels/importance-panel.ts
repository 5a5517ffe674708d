/** What the last model reads: the mean size of each feature's part of the margin, the fifteen largest. */
import { count, number, percent } from "../../../app/formats.ts";
import { note, panel } from "../../report/figures.ts";
import { html, type Markup } from "../../report/markup.ts";
import { across } from "../../report/svg.ts";
import type { LastModel } from "../training-result.ts";
import { noLastModel } from "./no-last-model.ts";

const TITLE = "What it reads";
const SHOWN = 15;

export function importancePanel(last: LastModel | null): Markup {
  if (last === null || last.fit === null) return panel({ title: TITLE, span: "c5" }, noLastModel(last));
  const { importance } = last;
  const shown = importance.slice(0, SHOWN);
  const total = importance.reduce((sum, { share }) => sum + share, 0);
  const most = shown[0]?.share ?? 1;
  const held = shown.reduce((sum, { share }) => sum + share, 0);
  const meta = "mean |TreeSHAP|, log-odds";
  const part = `they hold ${percent(held / total, 0)} of all`;
  const largest = `The ${count(shown.length)} largest of ${count(importance.length)}; ${part}. `;
  const words =
    shown.length === 0
      ? "The trees found no split worth making: the model says the base rate of every entry."
      : `${held < total ? largest : ""}What
a feature moves the log-odds by, up or down, on average over the entries learned from. It says what is read, not that
what is read is true.`;
  const rows = shown.map(
    ({ feature, share }) => html`<div class="read-row"><span class="mono">${feature}</span>
<svg width="100%" height="18" aria-hidden="true"><rect class="fill" y="3" width="${across(share / most)}" height="12"/>
</svg><span class="num">${number(share, 4)}</span></div>`,
  );
  return panel({ title: TITLE, meta, span: "c5" }, html`<div class="pb reads">${rows}</div>${note(words)}`);
}
