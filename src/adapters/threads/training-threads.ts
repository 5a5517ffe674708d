/**
 * Threads that train: each takes parts of training's kernels as it comes free, and the caller's thread takes parts
 * too, so that a thread that the machine does not run holds nobody up. What the parts are does not depend on them, so
 * the model is that of one thread to the bit.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { trainingKernels } from "../../learn/boosting/training-kernels.ts";
import { oneThread, type TrainingWorkers } from "../../learn/boosting/training-workers.ts";
import { makeSignals, runJob, stopThreads } from "./thread-signals.ts";

export interface BoardMessage {
  readonly number: number;
  /** Undefined: all boards before are forgotten. */
  readonly board: object | undefined;
}

/** Additions to a histogram, a nanosecond or two each: below it a job is over before another thread has begun. */
const LEAST_STEPS = 5000;

const kernels = Object.keys(trainingKernels);

export class TrainingThreads implements TrainingWorkers {
  readonly #signals: Int32Array;
  readonly #ports: readonly MessagePort[];
  readonly #threads: readonly Worker[];
  /** Numbers of the boards that the threads have been sent. */
  #boards = new Map<object, number>();
  #sent = 0;
  readonly #leastSteps: number;

  /**
   * `count`: threads in all, the caller's among them, from 1. `entry`: from the table of tasks. `leastSteps`: of a job
   * that is handed over.
   */
  constructor(count: number, entry: URL, leastSteps: number = LEAST_STEPS) {
    this.#leastSteps = leastSteps;
    this.#signals = makeSignals(count);
    const started = Array.from({ length: count - 1 }, (_, k) => {
      const { port1, port2 } = new MessageChannel();
      const workerData = { signals: this.#signals, thread: k + 1, port: port2 };
      return { port: port1, thread: new Worker(entry, { workerData, transferList: [port2] }) };
    });
    this.#ports = started.map(({ port }) => port);
    this.#threads = started.map(({ thread }) => thread);
  }

  allocate(bytes: number): SharedArrayBuffer {
    return new SharedArrayBuffer(bytes);
  }

  share<Numbers extends Float64Array | Float32Array>(numbers: Numbers): Numbers {
    if (numbers.buffer instanceof SharedArrayBuffer) return numbers;
    const memory = this.allocate(numbers.byteLength);
    const shared = numbers instanceof Float32Array ? new Float32Array(memory) : new Float64Array(memory);
    shared.set(numbers);
    return shared as Numbers;
  }

  run: TrainingWorkers["run"] = (kernel, board, parts, steps) => {
    if (this.#ports.length === 0 || parts < 2 || steps < this.#leastSteps) {
      oneThread.run(kernel, board, parts, steps);
      return;
    }
    const runPart = trainingKernels[kernel] as (board: object, part: number) => void;
    const number = this.#numberOf(board);
    const job = { kernel: kernels.indexOf(kernel), board: number, parts };
    const isDone = runJob(this.#signals, job, (part) => runPart(board, part));
    if (!isDone) throw new Error(`a training thread failed: ${this.#failures()[0]}`);
  };

  clear(): void {
    this.#failures();
    this.#boards = new Map();
    this.#send({ number: 0, board: undefined });
  }

  async close(): Promise<void> {
    stopThreads(this.#signals);
    for (const port of this.#ports) port.close();
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  #numberOf(board: object): number {
    const known = this.#boards.get(board);
    if (known !== undefined) return known;
    const number = ++this.#sent;
    this.#boards.set(board, number);
    this.#send({ number, board });
    return number;
  }

  #send(message: BoardMessage): void {
    for (const port of this.#ports) port.postMessage(message);
  }

  /** What threads said of parts that failed; nothing of it is left for the next job. */
  #failures(): string[] {
    return this.#ports.flatMap((port) => {
      const said: string[] = [];
      for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
        said.push(String(next.message));
      }
      return said;
    });
  }
}
