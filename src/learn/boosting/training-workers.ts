/**
 * The port to the threads that train: memory they share, and kernels that they run part by part.
 *
 * What the parts of a kernel are follows from the rows alone, never from how many threads there are, and no two parts
 * write the same place or add to the same sum. So any thread may take any part at any time and the model has the same
 * bits.
 */
import { type BoardOf, type KernelName, trainingKernels } from "./training-kernels.ts";

export interface TrainingWorkers {
  /** Zeroed memory that all workers see. */
  allocate(bytes: number): ArrayBufferLike;
  /** The array itself where all workers see it, else a copy of it that they see. */
  share<Numbers extends Float64Array | Float32Array>(numbers: Numbers): Numbers;
  /**
   * Runs a kernel for parts 0 to parts - 1 and returns when all are done. A board reaches the workers when it is first
   * seen: what changes in it later must change in shared arrays. `steps`: additions to a histogram that take as long as
   * the whole; what is too short to be handed over stays with the caller.
   */
  run<Name extends KernelName>(kernel: Name, board: BoardOf<Name>, parts: number, steps: number): void;
  /** Forgets all boards. */
  clear(): void;
}

export const oneThread: TrainingWorkers = {
  allocate: (bytes) => new ArrayBuffer(bytes),
  share: (numbers) => numbers,
  run(kernel, board, parts) {
    const runPart = trainingKernels[kernel] as (board: object, part: number) => void;
    for (let part = 0; part < parts; part++) runPart(board, part);
  },
  clear() {},
};
