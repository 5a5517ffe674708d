/** A thread that sums ranges of histograms until it is told to end. It never comes back to its event loop. */
import { type MessagePort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { buildHistograms } from "../../learn/boosting/histogram-kernel.ts";
import type { HistogramRange } from "./histogram-threads.ts";
import { awaitChange, DONE, STOP, TURN } from "./thread-signals.ts";

const { signals, port } = workerData as { readonly signals: Int32Array; readonly port: MessagePort };
for (let turn = 0; ; ) {
  turn = awaitChange(signals, TURN, turn);
  if (Atomics.load(signals, STOP) !== 0) break;
  const range = receiveMessageOnPort(port)?.message as HistogramRange | undefined;
  if (range !== undefined) buildHistograms(range.job, range.from, range.to);
  Atomics.add(signals, DONE, 1);
  Atomics.notify(signals, DONE);
}
