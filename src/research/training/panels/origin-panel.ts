/** Honesty: what was counted, what was looked for, what the data and labels are, and what is not in any of it. */
import { count, number, percent, plural, probability } from "../../../app/formats.ts";
import { featureVersionOf } from "../../../app/models/model-features.ts";
import { html, type Markup } from "../../report/markup.ts";
import type { TrainReportInput } from "../train-report.ts";
import type { LastModel } from "../training-result.ts";
import type { WalkResult } from "../walk-result.ts";
import type { WalkSeries } from "../walk-series.ts";

type Glyph = "ok" | "late" | "off";
interface Line {
  readonly glyph: Glyph;
  readonly lead: string;
  readonly words: string;
}

const spoken: Readonly<Record<Glyph, string>> = { ok: "Sound:", late: "Mind:", off: "Not known:" };

export function originPanel({ result, last, series }: TrainReportInput): Markup {
  const lines = [
    trialsLine(result),
    ...leakLines(last),
    labelLine(result),
    survivorsLine(series),
    costsLine(result, series),
    overlapLine(result),
  ];
  const items = lines.map(
    ({
      glyph,
      lead,
      words,
    }) => html`<li><i class="g ${glyph}"></i><span><span class="vh">${spoken[glyph]} </span>
<b>${lead}:</b> ${words}</span></li>`,
  );
  return html`<section class="panel honest c12"><div class="ph"><h2>Honesty</h2>
<span class="sub">What was counted, looked for, and left out</span></div><ul class="wn">${items}</ul>
<div class="more"><dl class="kv">${facts(result, last)}</dl></div></section>
<footer class="foot">Same file, data, configuration and code: the walk and its model are the same, byte for byte, on one
thread or several. Past results do not promise future ones. Font: Inter, SIL Open Font License 1.1.</footer>`;
}

function trialsLine({ verdict, search, candidates }: WalkResult): Line {
  return {
    glyph: "ok",
    lead: "Trials counted",
    words: `${plural(verdict.counted, "trial")} with this strategy in this lake\u2019s record, this training\u2019s
${count(search.length)} of settings and ${count(candidates.length)} walked forward included. The deflated Sharpe
probability pays for all of them; what was tried elsewhere it cannot know.`,
  };
}

function leakLines(last: LastModel | null): Line[] {
  if (last === null || last.leaks === null)
    return [{ glyph: "off", lead: "Leaks", words: "not looked for, as there is no model of the last days." }];
  const { findings, overlapping, shuffled } = last.leaks;
  const rows: Line = {
    glyph: overlapping === 0 ? "ok" : "late",
    lead: "Rows of folds",
    words: `${plural(overlapping, "training row")} ${overlapping === 1 ? "shares" : "share"} a day with a row
that it is judged on.`,
  };
  const found: Line[] = findings.map((finding) => ({
    glyph: "late",
    lead: "A column that may know the future",
    words: `${finding.column}: ${finding.statistic} ${number(finding.value, 3)}, at most ${number(finding.limit, 3)}.`,
  }));
  const none: Line = {
    glyph: "ok",
    lead: "Columns",
    words: "none knows its label too well, and none goes with the next bars more than with the last ones.",
  };
  return [
    ...(found.length === 0 ? [none] : found),
    rows,
    {
      glyph: shuffled.isAtChance ? "ok" : "late",
      lead: "Shuffled labels",
      words: `area under curve ${number(shuffled.shuffledMean, 3)} where ${number(0.5, 3)} is chance; true labels
${number(shuffled.score, 3)}, p ${probability(shuffled.pValue)} that shuffled ones do as well.`,
    },
  ];
}

function labelLine({ training, entries }: WalkResult): Line {
  const { kind, profit, horizon, costBps } = training.label;
  const bars = plural(horizon, "bar");
  const what =
    kind === "barrier"
      ? `profit at ${number(profit, 1)} times the entry\u2019s own stop distance,
its stop, or ${bars}, whichever comes first`
      : `the return ${bars} after the decision`;
  return {
    glyph: "ok",
    lead: "Labels",
    words: `of ${plural(entries, "entry", "entries")} that the rules would make from flat: ${what}, at the next
open\u2019s price, less ${number(costBps, 1)} bps of a round trip. An entry paid when that is above zero. Entries whose
label the end of the data cuts off are left out.`,
  };
}

function survivorsLine({ survivorsOnly, symbols }: WalkSeries): Line {
  return survivorsOnly
    ? {
        glyph: "late",
        lead: "Survivors only",
        words: `almost all of the ${plural(symbols, "symbol")} are still there at the end. Names that died are not in
the data, so both curves are too good.`,
      }
    : {
        glyph: "off",
        lead: "Survivors",
        words: `nothing shows that names which died are missing from the ${plural(symbols, "symbol")}; that they are
all there is not shown either.`,
      };
}

function costsLine({ training }: WalkResult, { costs }: WalkSeries): Line {
  const fills =
    costs.slippage === "fixed"
      ? `${number(costs.fixedBps, 1)} bps a fill, whatever the market`
      : `half a spread of ${number(costs.spreadBps, 1)} bps and
an impact of ${number(costs.impact, 2)} times the square root
of the share of volume, with commissions and fees of the configuration`;
  return {
    glyph: "late",
    lead: "Costs assumed, not measured",
    words: `the walk\u2019s fills pay ${fills}; labels pay ${number(training.label.costBps, 1)} bps.
Real orders may pay more.`,
  };
}

function overlapLine({ training }: WalkResult): Line {
  const { train, step } = training.windows;
  const shared = Math.max(0, 1 - step / train);
  return {
    glyph: "late",
    lead: "Windows are not independent",
    words: `neighbours share ${percent(shared, 0)} of their days to train, so ${
      shared > 0
        ? "many windows that agree are fewer witnesses than they look"
        : "each is a witness of its own"
    }.`,
  };
}

function facts(result: WalkResult, last: LastModel | null): Markup[] {
  const { runId, snapshot, configHash, codeVersion, training, features } = result;
  const fit = last?.fit ?? null;
  const known: readonly (readonly [name: string, value: string])[] = [
    ["Run", runId],
    ["Data snapshot", snapshot],
    ["Feature version", featureVersionOf(features)],
    ["Config", configHash],
    ["Code", codeVersion],
    ["Seed", String(training.seed)],
    ...(last === null || last.trained === null || fit === null
      ? []
      : ([
          ["Model", last.model ?? ""],
          [
            "Learned from",
            `${last.trained.from} to ${last.trained.to}, ${plural(fit.figures.events, "entry", "entries")}`,
          ],
          ["Its settings", JSON.stringify(last.trained.settings)],
        ] as const)),
    ["Training", JSON.stringify(training)],
    ["Features", features.join(" ")],
  ];
  return known.map(([name, value]) => html`<dt>${name}</dt><dd class="mono">${value}</dd>`);
}
