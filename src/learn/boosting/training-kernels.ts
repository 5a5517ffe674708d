/** All that the threads of a training run, by name: `(board, part)` each. See training-workers.ts for the rules. */
import { codeGroup } from "./binned-rows.ts";
import { findFeatureBins } from "./feature-bins.ts";
import { addLeaves, differentiateRows, partRows, placeRows } from "./row-kernels.ts";
import { splitGroup } from "./split-kernel.ts";
import { walkRows } from "./tree-walk.ts";

export const trainingKernels = {
  addLeaves,
  codeRows: codeGroup,
  differentiateRows,
  findBins: findFeatureBins,
  partRows,
  placeRows,
  splitGroup,
  walkRows,
} as const;

export type KernelName = keyof typeof trainingKernels;
/** What a kernel reads and writes: plain data and typed arrays, so that it can be sent to a thread. */
export type BoardOf<Name extends KernelName> = Parameters<(typeof trainingKernels)[Name]>[0];
