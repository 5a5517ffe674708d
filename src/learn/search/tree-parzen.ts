/**
 * Tree-structured Parzen estimator (Bergstra, Bardenet, Bengio, Kégl, "Algorithms for hyper-parameter optimization",
 * 2011): where good trials are dense and others are not.
 *
 * In each dimension by itself, one density is laid through the good trials and one through the rest; of some draws
 * from the first, the one is taken where it exceeds the second most.
 */
import { normalCdf, normalPdf, normalQuantile } from "../../numerics/normal-distribution.ts";
import type { Rng } from "../../numerics/rng.ts";
import { ranked, type TrialResult } from "./search-state.ts";
import { cellAt, cellsOf, type Dimension, settled } from "./space.ts";

/** Share of trials that count as good, and at most how many. */
const GOOD_SHARE = 0.1;
const GOOD_MAX = 25;
const DRAWS = 24;
/** Bumps are at least as wide as if this many points shared the line evenly; with fewer points wider still. */
const POINTS_MAX = 100;

/**
 * Coordinates for the next trial, in the order of `dimensions`. `results` must hold at least two that differ in
 * value.
 */
export function treeParzen(
  dimensions: readonly Dimension[],
  results: readonly TrialResult[],
  rng: Rng,
): number[] {
  const order = ranked(results);
  const good = Math.min(GOOD_MAX, Math.ceil(GOOD_SHARE * order.length));
  return dimensions.map((dimension, d) => {
    const along = Float64Array.from(order, ({ coordinates }) => coordinates[d]!);
    const near = densityThrough(dimension, along.subarray(0, good));
    const far = densityThrough(dimension, along.subarray(good));
    let best = 0;
    let bestRatio = -Infinity;
    for (let draw = 0; draw < DRAWS; draw++) {
      const coordinate = settled(dimension, near.draw(rng));
      const ratio = Math.log(near.at(coordinate)) - Math.log(far.at(coordinate));
      if (ratio > bestRatio) {
        best = coordinate;
        bestRatio = ratio;
      }
    }
    return best;
  });
}

interface Density {
  at(coordinate: number): number;
  draw(rng: Rng): number;
}

const densityThrough = (dimension: Dimension, points: Float64Array): Density =>
  dimension.kind === "choice"
    ? choiceDensity(points, dimension.values.length)
    : bumpDensity(points.toSorted(), cellsOf(dimension));

/** Counts of each value, and one for each so that none is ever ruled out. */
function choiceDensity(points: Float64Array, cells: number): Density {
  const counts = new Float64Array(cells).fill(1);
  for (const point of points) counts[cellAt(point, cells)]! += 1;
  const total = points.length + cells;
  return {
    at: (coordinate) => counts[cellAt(coordinate, cells)]! / total,
    draw(rng) {
      let left = rng.uniform() * total;
      let cell = 0;
      while (cell < cells - 1 && left >= counts[cell]!) left -= counts[cell++]!;
      return (cell + 0.5) / cells;
    },
  };
}

/**
 * A normal bump on each point, cut off at 0 and 1 and as wide as its farther neighbour, and one flat share for all.
 */
function bumpDensity(sorted: Float64Array, cells: number): Density {
  // Narrow bumps on few points would trap the search beside the first good trials.
  const evenly = 1 / Math.min(POINTS_MAX, sorted.length + 1);
  const narrowest = Math.max(evenly, cells > 0 ? 0.5 / cells : 0);
  const bumps = Array.from(sorted, (centre, i) => {
    const gap = Math.max(centre - (sorted[i - 1] ?? 0), (sorted[i + 1] ?? 1) - centre);
    const width = Math.max(narrowest, Math.min(1, gap));
    const below = normalCdf(-centre / width);
    return { centre, width, below, inside: normalCdf((1 - centre) / width) - below };
  });
  const share = 1 / (bumps.length + 1);
  return {
    at(coordinate) {
      let density = share;
      for (const { centre, width, inside } of bumps) {
        density += (share * normalPdf((coordinate - centre) / width)) / (width * inside);
      }
      return density;
    },
    draw(rng) {
      const bump = bumps[rng.integer(bumps.length + 1)];
      const uniform = rng.uniform();
      if (bump === undefined) return uniform;
      const { centre, width, below, inside } = bump;
      return Math.max(0, Math.min(1, centre + width * normalQuantile(below + uniform * inside)));
    },
  };
}
