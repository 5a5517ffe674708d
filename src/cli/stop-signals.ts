/**
 * How a running demo is told to end: Ctrl-C, a polite kill, its terminal closed, nobody reading any more. Each means
 * the same: close everything, write the report, give the lock back, then go. So nothing here ends the process.
 */

/** Streams that a terminal or a pipe takes away. */
type Lost = Pick<NodeJS.WriteStream, "on" | "off" | "listeners">;

export interface StopSignals {
  readonly signal: AbortSignal;
  /** Hands the signals back to whoever had them; streams that fail from now on are nobody's concern. */
  release(): void;
}

/** What is said last may fail when all is done: nothing hangs on it any more. */
const unheard = (): void => undefined;

/** A second Ctrl-C or kill ends the program at once; a terminal that goes may say so twice, and means it once. */
export function stopSignals(streams: readonly Lost[] = [process.stdout, process.stderr]): StopSignals {
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  for (const stream of streams) stream.on("error", onSignal);
  process.once("SIGINT", onSignal);
  process.once("SIGTERM", onSignal);
  process.on("SIGHUP", onSignal);
  // A child of ours ends with whoever started it.
  process.once("disconnect", onSignal);
  return {
    signal: stop.signal,
    release() {
      for (const stream of streams) {
        stream.off("error", onSignal);
        if (!stream.listeners("error").includes(unheard)) stream.on("error", unheard);
      }
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
      process.off("SIGHUP", onSignal);
      process.off("disconnect", onSignal);
    },
  };
}
