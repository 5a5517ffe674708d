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
