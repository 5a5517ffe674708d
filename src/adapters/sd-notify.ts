/**
 * Tells the service manager how the system is, where one asked to be told (`NOTIFY_SOCKET`, sd_notify(3)). The socket
 * takes datagrams, which the runtime cannot send to a Unix socket, so systemd's own `systemd-notify` sends them: it is
 * there wherever systemd is. The unit therefore needs `NotifyAccess=all` (it is a child that speaks).
 */
import { execFile } from "node:child_process";
import { reasonOf } from "./durable-file.ts";

export interface SdNotify {
  /** Interval within which a sign of life is wanted, milliseconds; undefined: none is. */
  readonly watchdogMs: number | undefined;
  /** Lines like `READY=1`, in this order after those before. Never throws and never waits. */
  tell(lines: readonly string[]): void;
  /** Resolves when all was sent, or could not be. */
  ended(): Promise<void>;
}

/** Longer than any answer of a manager that lives. */
const WITHIN_MS = 5000;

/** Undefined where nobody asked. `failed` hears once why nothing gets through. */
export function sdNotify(
  env: Readonly<Record<string, string | undefined>>,
  failed: (reason: string) => void,
): SdNotify | undefined {
  const { NOTIFY_SOCKET, PATH } = env;
  if (NOTIFY_SOCKET === undefined || NOTIFY_SOCKET === "") return undefined;
  let last = Promise.resolve();
  let isFailing = false;
  const send = (lines: readonly string[]): Promise<void> =>
    new Promise((resolve) => {
      const options = { env: { NOTIFY_SOCKET, PATH }, timeout: WITHIN_MS };
      execFile("systemd-notify", [...lines], options, (error) => {
        if (error !== null && !isFailing) failed(`systemd-notify: ${reasonOf(error)}`);
        isFailing = error !== null;
        resolve();
      });
    });
  return {
    watchdogMs: watchdogOf(env),
    tell(lines) {
      if (lines.length > 0) last = last.then(() => send(lines));
    },
    ended: () => last,
  };
}

function watchdogOf({ WATCHDOG_USEC, WATCHDOG_PID }: Readonly<Record<string, string | undefined>>) {
  const ms = Number(WATCHDOG_USEC) / 1000;
  const isOurs = WATCHDOG_PID === undefined || WATCHDOG_PID === String(process.pid);
  return isOurs && ms > 0 ? ms : undefined;
}
