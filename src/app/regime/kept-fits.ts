/**
 * Models of the regime, fitted once: the same days by the same settings and the same code give the same model, so a
 * later run over a lake finds it below the root. A model is named by all that it is made of, the model before it
 * included, and what is found is what a fit would give, to the bit.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { KeptAnswers } from "../../adapters/kept-answers.ts";
import { fitMonth, type MonthFit } from "../../learn/regime/point-in-time.ts";
import { type RegimeModel, regimeModelToJson, savedRegimeModel } from "../../models/regime/regime-model.ts";
import { canonicalJson } from "../../numerics/canonical-json.ts";
import { codeVersion } from "../code-version.ts";

/** Some 2 kB each. A run of forty years has five hundred. */
const MOST_FITS = 5000;

/** `root` is the folder of the lake. */
export const keptFitsFolder = (root: string): string => join(root, "cache", "regime");

/** Fits what is not kept below `root`, and keeps it. */
export function keptFits(root: string, fitter: MonthFit = fitMonth, most = MOST_FITS): MonthFit {
  const answers = new KeptAnswers(keptFitsFolder(root), most);
  let maker: object | undefined;
  return (window, params, previous) => {
    maker ??= makerOfFits();
    const facts = { maker, params, previous: textOf(previous) };
    const key = createHash("sha256").update(canonicalJson(facts)).update(bytesOf(window)).digest("hex");
    const text = answers.get(key);
    const found = text === undefined ? undefined : readFit(text);
    if (found !== undefined) return found.model;
    const model = fitter(window, params, previous);
    const written = textOf(model);
    const again = readFit(written);
    // What cannot be read back is not kept.
    if (again === undefined) return model;
    answers.keep(key, written);
    // A run that fits goes on with the same as one that finds.
    return again.model;
  };
}

/** The last bits of a logarithm belong to the runtime that computes it. */
const makerOfFits = (): object => ({
  code: codeVersion(),
  runtime: process.versions.v8,
  machine: process.arch,
});

const textOf = (model: RegimeModel | undefined): string =>
  model === undefined ? "null" : JSON.stringify(regimeModelToJson(model));

/** Undefined for what is no model; a month in which no start was fit for use is an answer, too. */
function readFit(text: string): { readonly model: RegimeModel | undefined } | undefined {
  if (text === "null") return { model: undefined };
  try {
    const parsed = savedRegimeModel.safeParse(JSON.parse(text));
    return parsed.success ? { model: parsed.data } : undefined;
  } catch {
    return undefined;
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
