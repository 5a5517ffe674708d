/** One line on a terminal that says how far a long command is, and is gone when it ends. */
import type { CliContext } from "./context.ts";

export interface ProgressLine {
  show(text: string): void;
  clear(): void;
}

const leastPauseMs = 100;
const widestText = 100;

/** Silent under `--quiet` and where standard error is no terminal: a log file wants no moving line. */
export function progressLine(context: CliContext, stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  if (!stream.isTTY || context.quiet()) return { show: () => {}, clear: () => {} };
  let shownAtMs = Number.NEGATIVE_INFINITY;
  return {
    show(text) {
      const nowMs = performance.now();
      if (nowMs - shownAtMs < leastPauseMs) return;
      shownAtMs = nowMs;
      stream.write(`\r\u001b[K${text.slice(0, widestText)}`);
    },
    clear: () => void stream.write("\r\u001b[K"),
  };
}

/** `12 of 60 (20 %), about 3 s left`; without the estimate before anything is done. */
export function remaining(done: number, of: number, elapsedMs: number): string {
  const share = of === 0 ? 1 : done / of;
  const leftSeconds = done === 0 ? undefined : Math.ceil(((elapsedMs / done) * (of - done)) / 1000);
  const estimate = leftSeconds === undefined ? "" : `, about ${leftSeconds} s left`;
  return `${done} of ${of} (${Math.round(share * 100)} %)${estimate}`;
}
