/** A model file of either kind: which one it is, its first character says. */
import type { ModelFormat } from "../../domain/model-version.ts";
import { readLightgbmText } from "./lightgbm-text.ts";
import { TreeEnsemble } from "./tree-ensemble.ts";
import { readXgboostJson } from "./xgboost-json.ts";

export interface ReadModel {
  readonly format: ModelFormat;
  readonly trees: TreeEnsemble;
}

/** `source` names the file in the InputError that a bad one gives. */
export function readTreeModel(text: string, source: string): ReadModel {
  const isJson = text.trimStart().startsWith("{");
  const data = isJson ? readXgboostJson(text, source) : readLightgbmText(text, source);
  return { format: isJson ? "xgboost-json" : "lightgbm-text", trees: new TreeEnsemble(data) };
}
