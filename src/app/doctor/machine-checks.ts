/** The machine and the root: runtime, disk, modes of files, ports and sockets, the HALT file. */
import { once } from "node:events";
import { existsSync, statfsSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { judgeResources } from "../../ops/health/guards.ts";
import { readActive } from "../live/active-run.ts";
import { haltAsked } from "../live/halt-file.ts";
import { type Check, fail, messageOf, ok, warn } from "./check.ts";

const RUNTIME_MAJOR = 26;
/** Below it there is no SQLite in the runtime, and no TypeScript either. */
const RUNTIME_LEAST = 24;
const SOCKET_PATH_MAX = 103;

export function runtimeCheck(version: string): Check {
  const name = "runtime";
  const major = Number(/^v(\d+)\./.exec(version)?.[1]);
  const cure = "start with ./plimsoll or npm, which take the pinned one; run npm ci if it is missing";
  if (major === RUNTIME_MAJOR) return ok(name, `Node ${version}`);
  const found = `Node ${version}, tested with ${RUNTIME_MAJOR}`;
  return major >= RUNTIME_LEAST ? warn(name, found, cure) : fail(name, found, cure);
}

export function rootCheck(root: string): Check {
  const name = "root";
  const status = statSync(root, { throwIfNoEntry: false });
  if (status === undefined) return warn(name, `${root} is not there yet`, "run: plimsoll init");
  const mode = status.mode & 0o777;
  if (process.platform === "win32" || (mode & 0o077) === 0) return ok(name, `${root}, 0${mode.toString(8)}`);
  return fail(name, `${root} has mode 0${mode.toString(8)}, others can look in`, `run: chmod 700 ${root}`);
}

export function diskCheck(root: string): Check {
  const name = "disk";
  let at = resolve(root);
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  const { bavail, blocks, bsize } = statfsSync(at);
  const free = bavail * bsize;
  const { level, reason } = judgeResources({
    ...{ diskFreeBytes: free, diskBytes: blocks * bsize },
    ...{ heapUsedBytes: 0, heapLimitBytes: 1 },
  });
  if (level === "well") return ok(name, `${(free / 1e9).toFixed(1)} GB free`);
  const cure = `make room on the disk of ${at}; without it there are no entries`;
  return level === "warn" ? warn(name, reason, cure) : fail(name, reason, cure);
}

export function killSwitchCheck(root: string): Check {
  const name = "kill switch";
  const asked = haltAsked(join(root, "killswitch"));
  if (asked === undefined) return ok(name, `touch ${join(root, "killswitch", "HALT")} halts everything`);
  return warn(name, `${asked}: what starts, halts`, "remove its cause, then the file, then: plimsoll resume");
}

export function systemCheck(root: string): Check {
  const active = readActive(root);
  if (active === undefined) return ok("system", "none runs on this root");
  const down = active.processes
    .filter(({ state }) => state !== "ready")
    .map(({ id, state }) => `${id} ${state}`);
  const found = `${active.mode}, supervisor ${active.pid}, since ${active.startedAt}`;
  if (down.length === 0) return ok("system", found);
  return warn("system", `${found}; ${down.join(", ")}`, "see the log, and: plimsoll status");
}

/** A port of this machine, and names of sockets that the system takes. */
export async function portsCheck(root: string): Promise<Check> {
  const name = "ports";
  const longest = join(root, "demo", "run", "guardian.sock");
  if (Buffer.byteLength(longest) > SOCKET_PATH_MAX && process.platform !== "win32")
    return fail(
      name,
      `${longest.length} characters to the sockets below the root, the system takes ${SOCKET_PATH_MAX}`,
      "give a shorter --root",
    );
  const server = createServer();
  try {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return ok(name, "ports of 127.0.0.1 and sockets can be opened");
  } catch (error) {
    return fail(
      name,
      `no port of 127.0.0.1 can be opened (${messageOf(error)})`,
      "allow loopback connections",
    );
  } finally {
    server.close();
  }
}
