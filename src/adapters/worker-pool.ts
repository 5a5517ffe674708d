/**
 * Tasks on worker threads, answers in the order of the tasks whatever the order in which they finish, so
 * that the number of workers never shows in a result (BACK-3). Started by path: starting is not importing.
 */
import { Worker } from "node:worker_threads";

/**
 * Runs every task in one of `workers` threads started from `entry`; rejects with the first failure. `answered` hears
 * each answer as it comes, in no order: who keeps them loses nothing by being stopped.
 */
export async function runTasks<Task, Answer>(
  entry: URL,
  shared: unknown,
  tasks: readonly Task[],
  workers: number,
  answered: (index: number, answer: Answer) => void = () => undefined,
): Promise<Answer[]> {
  const answers = new Array<Answer>(tasks.length);
  let next = 0;
  const threads = Array.from(
    { length: Math.min(workers, tasks.length) },
    () => new Worker(entry, { workerData: shared }),
  );
  try {
    await Promise.all(
      threads.map(async (thread) => {
        while (next < tasks.length) {
          const index = next++;
          const answer = await ask<Task, Answer>(thread, tasks[index] as Task);
          answers[index] = answer;
          answered(index, answer);
        }
      }),
    );
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
  return answers;
}

function ask<Task, Answer>(thread: Worker, task: Task): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const done = (settle: () => void) => {
      thread.off("message", onMessage);
      thread.off("error", onError);
      thread.off("exit", onExit);
      settle();
    };
    const onMessage = (answer: Answer) => done(() => resolve(answer));
    const onError = (error: Error) => done(() => reject(error));
    const onExit = (code: number) => done(() => reject(new Error(`a worker thread ended with code ${code}`)));
    thread.on("message", onMessage);
    thread.on("error", onError);
    thread.on("exit", onExit);
    thread.postMessage(task);
  });
}

/** Threads that stand ready for tasks of one setup, each for one at a time; started when they are first needed. */
export class StandingThreads<Task, Answer> {
  readonly #start: () => Worker;
  readonly #free: Worker[] = [];
  readonly #all = new Set<Worker>();

  /** `shared` goes to every thread that `entry` starts. There are as many as tasks at once. */
  constructor(entry: URL, shared: unknown) {
    this.#start = () => new Worker(entry, { workerData: shared });
  }

  /** Rejects with what the task threw, or with the reason of `signal`: a thread that is in the middle of it ends. */
  async run(task: Task, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    const thread = this.#free.pop() ?? this.#start();
    this.#all.add(thread);
    const stop = () => void thread.terminate();
    signal.addEventListener("abort", stop, { once: true });
    try {
      const answer = await ask<Task, Answer>(thread, task);
      this.#free.push(thread);
      return answer;
    } catch (error) {
      // It ended, or nobody knows how far it came.
      this.#all.delete(thread);
      await thread.terminate();
      throw error;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map((thread) => thread.terminate()));
  }
}
