/** The version of what a model reads, as the program computes it today (FEAT-3). */
import { featureSetVersion } from "../../features/batch.ts";
import { features as catalogue } from "../../features/registry.ts";
import { canonicalJson } from "../../numerics/canonical-json.ts";
import { sha256Hex } from "../../numerics/sha256.ts";

/**
 * SHA-256. Where a name is none of ours the model was made elsewhere, of numbers that we do not compute: its version is
 * that of the names, which no feature of ours ever has, so that nothing here trades by it.
 */
export function featureVersionOf(names: readonly string[]): string {
  const found = names.map((name) => catalogue.find(({ outputs }) => outputs.includes(name)));
  const ours = found.filter((feature) => feature !== undefined);
  return ours.length === names.length
    ? featureSetVersion(ours)
    : sha256Hex(canonicalJson({ notComputedHere: names }));
}
