/**
 * What may have leaked into a training (LEARN-3, QUANT d1): columns that know the label too well, columns that go with
 * the future more than with the past, folds that overlap, and a pipeline that finds something in shuffled labels. Each
 * is a gate beside those of LEARN-9: a model that fails one is not promoted, however well it looks.
 */
import type { BarColumns } from "../../domain/bars.ts";
import type { InstrumentId } from "../../domain/instrument.ts";
import type { GateVerdict } from "../../domain/model-version.ts";
import { computeColumns } from "../../features/batch.ts";
import { features as catalogue } from "../../features/registry.ts";
import type { LeakFinding } from "../../learn/leakage/finding.ts";
import { foresightOf } from "../../learn/leakage/foresight.ts";
import { implausibleForClasses } from "../../learn/leakage/implausible-columns.ts";
import { leakingRows } from "../../learn/leakage/leaking-rows.ts";
import { type ShuffledScores, shuffledScores } from "../../learn/leakage/shuffled-labels.ts";
import { gateVerdict } from "../../learn/promotion/gate-verdict.ts";
import type { SignalFit } from "../../learn/signal/fit-signal-model.ts";
import type { LabelledEntries } from "../../learn/signal/labelled-entries.ts";
import { type FoldTerms, type GrowTerms, outOfFold } from "../../learn/signal/out-of-fold.ts";
import { areaByFold } from "../../learn/signal/signal-skill.ts";

export interface LeakReport {
  readonly findings: readonly LeakFinding[];
  /** Training rows that share a day with a row that they are judged on. */
  readonly overlapping: number;
  readonly shuffled: ShuffledScores;
  readonly gates: readonly GateVerdict[];
}

const PLAUSIBLE = { areaUnderCurve: 0.7, rankCorrelation: 0.3 };
const FORESIGHT = { lags: 5, limit: 0.1 };
const SHUFFLES = 20;
/** Shuffled labels are told from chance by few trees as well as by many. */
const SHUFFLE_ROUNDS = 20;
/** Errors that a mean of shuffled scores may be off chance. */
const SURE_ERRORS = 4;

export interface LeakTerms {
  readonly folds: FoldTerms;
  readonly grow: GrowTerms;
  readonly seed: number;
}

export function leakReport(
  entries: LabelledEntries,
  fit: Pick<SignalFit, "splits">,
  bars: BarColumns,
  { folds, grow, seed }: LeakTerms,
): LeakReport {
  const columns = entries.featureNames.map((name, f) => ({ name, values: entries.columns[f]! }));
  const findings = [
    ...implausibleForClasses(columns, entries.label, PLAUSIBLE),
    ...foresight(bars, entries.featureNames),
  ];
  const overlapping = fit.splits.reduce((sum, split) => sum + leakingRows(split, entries.spans).length, 0);
  const quick = { ...grow, rounds: SHUFFLE_ROUNDS, patience: 0 };
  const shuffled = shuffledScores(
    Float64Array.from(entries.label),
    (labels) => {
      const label = Uint8Array.from(labels);
      const { margins, splits } = outOfFold({ ...entries, label }, folds, quick);
      return areaByFold(margins, label, splits);
    },
    { rounds: SHUFFLES, seed, chance: 0.5 },
  );
  // Trees that find no split at all say 0.5 of everything, exactly.
  const distance = Math.abs(shuffled.shuffledMean - 0.5) * Math.sqrt(SHUFFLES);
  const errors = distance === 0 ? 0 : distance / shuffled.shuffledDeviation;
  return {
    ...{ findings, overlapping, shuffled },
    gates: [
      gateBelow("foresight", "columns that know the future", findings.length, 1),
      gateBelow("overlap", "training rows that overlap tested ones", overlapping, 1),
      gateBelow("shuffled", "shuffled labels' distance from chance, in errors", errors, SURE_ERRORS),
    ],
  };
}

const gateBelow = (gate: string, title: string, value: number, limit: number): GateVerdict =>
  gateVerdict({ gate, title, value, limit, side: "below" });

/** Bar by bar over the instrument with the most bars: entries alone are too few and too far apart. */
function foresight(bars: BarColumns, names: readonly string[]): LeakFinding[] {
  const own = barsOfOne(bars, busiest(bars));
  const wanted = catalogue.filter(({ outputs }) => outputs.some((name) => names.includes(name)));
  const values = computeColumns(wanted, own);
  const returns = own.close.map((close, bar) => Math.log(close / (own.close[bar - 1] ?? Number.NaN)));
  const columns = names.flatMap((name) => {
    const column = values.get(name);
    return column === undefined ? [] : [{ name, values: column }];
  });
  return foresightOf(columns, returns, FORESIGHT);
}

function busiest({ instruments, instrument }: BarColumns): InstrumentId {
  const counts = new Int32Array(instruments.symbols.length);
  for (const i of instrument) counts[i] = counts[i]! + 1;
  return counts.indexOf(Math.max(...counts)) as InstrumentId;
}

/** Its bars as if it stood alone; the other instruments keep their numbers and have none. */
function barsOfOne(bars: BarColumns, wanted: InstrumentId): BarColumns {
  const rows: number[] = [];
  const at: number[] = [];
  for (let b = 0; b < bars.closedAt.length; b++)
    for (let row = bars.offset[b]!; row < bars.offset[b + 1]!; row++)
      if (bars.instrument[row] === wanted) {
        rows.push(row);
        at.push(bars.closedAt[b]!);
      }
  const pick = (column: Float64Array) => Float64Array.from(rows, (row) => column[row]!);
  return {
    ...{ timeframe: bars.timeframe, instruments: bars.instruments },
    closedAt: Float64Array.from(at),
    offset: Uint32Array.from({ length: rows.length + 1 }, (_, n) => n),
    instrument: new Uint32Array(rows.length).fill(wanted),
    ...{ open: pick(bars.open), high: pick(bars.high), low: pick(bars.low), close: pick(bars.close) },
    volume: pick(bars.volume),
  };
}
