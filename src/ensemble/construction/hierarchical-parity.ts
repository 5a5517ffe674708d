/**
 * Hierarchical risk parity: assets that move alike share the risk of one place, and no matrix is inverted. Clusters by
 * the distance sqrt((1 - correlation) / 2) itself, not by the distance between distances; the order of the leaves is
 * halved until single assets are left, each half weighed by the other's variance.
 * Source: QUANT j; Lopez de Prado 2016.
 */
import { type LinkageMethod, leafOrder, linkage } from "../../numerics/linkage.ts";
import { requireCovariance } from "./portfolio-problem.ts";

export interface HierarchicalParity {
  readonly weights: Float64Array;
  /** Assets from left to right in the tree. */
  readonly order: readonly number[];
}

export function hierarchicalParity(
  covariance: Float64Array,
  method: LinkageMethod = "single",
): HierarchicalParity {
  const n = Math.sqrt(covariance.length);
  requireCovariance(covariance, n);
  const deviation = Float64Array.from({ length: n }, (_, i) => Math.sqrt(covariance[i * n + i]!));
  const distances = covariance.map((value, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    const correlation = Math.max(-1, Math.min(1, value / (deviation[i]! * deviation[j]!)));
    return i === j ? 0 : Math.sqrt((1 - correlation) / 2);
  });
  const order = leafOrder(linkage(distances, n, method), n);
  const weights = new Float64Array(n).fill(1);
  let clusters: number[][] = [order];
  while (clusters.length > 0) {
    const halves = clusters.flatMap((cluster) => {
      const cut = Math.floor(cluster.length / 2);
      return cluster.length < 2 ? [] : [cluster.slice(0, cut), cluster.slice(cut)];
    });
    for (let k = 0; k < halves.length; k += 2) {
      const [left = [], right = []] = [halves[k], halves[k + 1]];
      const [ofLeft, ofRight] = [clusterVariance(left, covariance, n), clusterVariance(right, covariance, n)];
      const share = 1 - ofLeft / (ofLeft + ofRight);
      for (const i of left) weights[i]! *= share;
      for (const i of right) weights[i]! *= 1 - share;
    }
    clusters = halves;
  }
  return { weights, order };
}

/** Of the cluster held in proportion to the inverse variances. */
function clusterVariance(cluster: readonly number[], covariance: Float64Array, n: number): number {
  const inverse = cluster.map((i) => 1 / covariance[i * n + i]!);
  const total = inverse.reduce((a, b) => a + b, 0);
  let sum = 0;
  for (const [a, i] of cluster.entries())
    for (const [b, j] of cluster.entries())
      sum += (inverse[a]! / total) * (inverse[b]! / total) * covariance[i * n + j]!;
  return sum;
}
