/** A thread that runs parts of training's kernels until it is told to end. It never comes back to its event loop. */
import { type MessagePort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { trainingKernels } from "../../learn/boosting/training-kernels.ts";
import { serveJobs } from "./thread-signals.ts";
import type { BoardMessage } from "./training-threads.ts";

const { signals, thread, port } = workerData as {
  readonly signals: Int32Array;
  readonly thread: number;
  readonly port: MessagePort;
};
const kernels = Object.values(trainingKernels) as ((board: object, part: number) => void)[];
const boards = new Map<number, object>();

serveJobs(
  signals,
  thread,
  (kernel, board, part) => kernels[kernel]!(boardOf(board), part),
  (error) => port.postMessage(String(error)),
);

/** It was sent before the job, so that it has come. */
function boardOf(number: number): object {
  for (;;) {
    const board = boards.get(number);
    if (board !== undefined) return board;
    const message = receiveMessageOnPort(port)?.message as BoardMessage;
    if (message.board === undefined) boards.clear();
    else boards.set(message.number, message.board);
  }
}
