/**
 * Company reports on disk: `data/fundamentals/filings.csv`, every version by the day it was filed, so that what was
 * known on a day can be asked (LAKE-1, RES-4). Some thousand lines: text, replaced as a whole like the list of actions.
 */
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../domain/assert.ts";
import { type DayNumber, isoDate, parseIsoDate } from "../../domain/time.ts";
import {
  compareFilings,
  type FigureName,
  type Filing,
  figureNames,
} from "../../market/fundamentals/filing.ts";
import { replaceFile, textIfThere } from "../durable-file.ts";
import type { LakePaths } from "./paths.ts";

const keys = ["source", "symbol", "form", "period_end", "filed", "fiscal_year", "amended"];
const header = [...keys, ...figureNames].join(",");

const formOf = z.enum(["annual", "quarterly"]);

export const filingsPath = ({ data }: Pick<LakePaths, "data">): string =>
  join(data, "fundamentals", "filings.csv");

/** In order of source, symbol and period; none without a file. Throws InputError where it is damaged. */
export function readFilings(paths: Pick<LakePaths, "data">): readonly Filing[] {
  const path = filingsPath(paths);
  const text = textIfThere(path);
  if (text === undefined) return [];
  const [first, ...lines] = text.split("\n");
  if (first !== header || lines.pop() !== "") throw damaged(path);
  return lines.map((line) => parsed(line, path));
}

/** Writes them in order; the same reports are the same bytes. */
export function writeFilings(paths: Pick<LakePaths, "data">, filings: readonly Filing[]): void {
  const lines = filings.toSorted(compareFilings).map((filing) => {
    const { source, symbol, form, periodEnd, filed, fiscalYear, isAmended, figures } = filing;
    const known = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? "" : value);
    return [
      ...[source, symbol, form, isoDate(periodEnd), filed === undefined ? "" : isoDate(filed)],
      ...[known(fiscalYear), isAmended ? 1 : 0, ...figureNames.map((name) => known(figures[name]))],
    ].join(",");
  });
  replaceFile(filingsPath(paths), `${[header, ...lines].join("\n")}\n`);
}

function parsed(line: string, path: string): Filing {
  const cells = line.split(",");
  const [source = "", symbol = "", form, end = "", filed = "", year = "", amended, ...rest] = cells;
  const periodEnd = parseIsoDate(end);
  const kind = formOf.safeParse(form);
  if (periodEnd === undefined || !kind.success || rest.length !== figureNames.length) throw damaged(path);
  const figures = Object.fromEntries(
    figureNames.map((name, n) => [name, rest[n] === "" ? Number.NaN : Number(rest[n])]),
  ) as Record<FigureName, number>;
  return {
    ...{ source, symbol, form: kind.data, periodEnd, figures },
    filed: filed === "" ? undefined : (parseIsoDate(filed) as DayNumber),
    fiscalYear: year === "" ? undefined : Number(year),
    isAmended: amended === "1",
  };
}

const damaged = (path: string): InputError =>
  new InputError(`${path} is damaged; move it away and import the reports again`, 1);
