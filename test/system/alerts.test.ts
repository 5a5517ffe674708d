/**
 * Goal    in a running system a critical line of any process reaches a person within two seconds, also while execute is
 *         dead; a monitor that was killed tells what it missed, once; people are heard; and no secret of the channels
 *         stands anywhere but in the monitor's environment (OPS-4, OPS-6, C-60, G-37).
 * Method  the demo as people start it, with a webhook of our own; processes are killed and stopped from outside.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { PostServer } from "../alert-receivers.ts";
import { plimsoll } from "../plimsoll-process.ts";
import { scratchFolder } from "../scratch-folder.ts";

const CANARY = "hush-3b9f-canary-word";
const folder = scratchFolder("plimsoll-alerts-");
const entry = join(import.meta.dirname, "..", "..", "src", "cli", "main.ts");
/** The page is built and nine processes begin, on a machine that may be busy. */
const START_MS = 240_000;
/** Each command is a process of its own. */
const LONG_MS = 300_000;
const posts = new PostServer();
const said = { out: "", err: "" };
let child: ChildProcess;

beforeAll(async () => {
  await posts.start();
  writeFileSync(
    join(folder, ".env"),
    `ALERT_WEBHOOK_URL=${posts.url}/${CANARY}-path\nALERT_WEBHOOK_SECRET=${CANARY}\n`,
    { mode: 0o600 },
  );
  const settings = ["alerts.channels.webhook.enabled=true", "live.logs=both", "demo.warmupSessions=1"];
  const words = ["start", "--mode", "demo", "--root", "var", "--sessions", "1", "--speed", "5"];
  const args = [entry, ...words, ...settings.flatMap((one) => ["--set", one])];
  child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    said.out += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said.err += text;
  });
  await until("the system runs", async () => (await processes()).get("monitor")?.state === "ready", START_MS);
}, START_MS + 10_000);

afterAll(async () => {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill("SIGKILL");
    await once(child, "close");
  }
  await posts.stop();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (...words: string[]) => plimsoll([...words, "--root", "var"], { cwd: folder });

interface Listed {
  readonly id: string;
  readonly state: string;
  readonly pid?: number;
}

function processes(): Promise<ReadonlyMap<string, Listed>> {
  const path = join(folder, "var", "run", "active.json");
  const text = existsSync(path) ? readFileSync(path, "utf8") : `{"processes":[]}`;
  const { processes: listed } = JSON.parse(text) as { readonly processes: readonly Listed[] };
  return Promise.resolve(new Map(listed.map((one) => [one.id, one])));
}

async function pidOf(id: string): Promise<number> {
  await until(`${id} is there`, async () => (await processes()).get(id)?.state === "ready");
  const pid = (await processes()).get(id)?.pid;
  if (pid === undefined) throw new Error(`${id} has no number`);
  return pid;
}

async function until(what: string, isSo: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<void> {
  for (const endMs = performance.now() + withinMs; performance.now() < endMs; ) {
    if (await isSo()) return;
    await pause(50);
  }
  throw new Error(`never: ${what}; ${said.err.slice(-500)}`);
}

const told = (text: string) =>
  posts.posts.filter(({ body }) => body.includes(text)).map(({ headers }) => headers["idempotency-key"]);

async function killed(id: string): Promise<void> {
  const pid = await pidOf(id);
  process.kill(pid, "SIGKILL");
  await until(`${id} is noticed`, async () => (await processes()).get(id)?.pid !== pid);
}

it("the channels' secrets are in the monitor's environment at its start, and in nobody else's", async () => {
  for (const [id, { pid }] of await processes()) {
    const environment = pid === undefined ? "" : readFileSync(`/proc/${pid}/environ`, "utf8");
    expect([id, environment.includes(CANARY)]).toEqual([id, id === "monitor"]);
  }
});

it(
  "a critical line reaches a person within two seconds while execute does not move",
  async () => {
    const execute = await pidOf("execute");
    process.kill(execute, "SIGSTOP");
    try {
      for (let n = 0; n < 3; n += 1) await killed("orchestrator");
      const line = () => said.out.split("\n").find((one) => one.includes("orchestrator has crashed 3 times"));
      await until("the line", () => line() !== undefined);
      const at = Date.parse((JSON.parse(line() ?? "{}") as { readonly at: string }).at);
      await until("the call", () => told("orchestrator has crashed 3 times").length > 0, 10_000);
      expect(Date.now() - at).toBeLessThan(2000);
    } finally {
      // Whoever watches its health may have ended it meanwhile.
      if ((await processes()).get("execute")?.pid === execute) process.kill(execute, "SIGCONT");
    }
  },
  LONG_MS,
);

it(
  "what is raised while the monitor is dead is told when it is back, once",
  async () => {
    await killed("monitor");
    const before = posts.posts.length;
    expect((await ask("halt", "--reason", "a test of ours", "--yes")).code).toBe(0);
    await until("the call", () => told("everything is being closed").length > 0);
    await pause(3000);
    const keys = posts.posts.slice(before).map(({ headers }) => headers["idempotency-key"]);
    expect(new Set(keys).size).toBe(keys.length);
    // The kill and the closing are one trouble: one call.
    expect(told("everything is being closed")).toHaveLength(1);
  },
  LONG_MS,
);

it(
  "people acknowledge, test and resolve, and the audit has it",
  async () => {
    const { rows } = JSON.parse((await ask("alerts", "ls", "--open", "--json")).out) as {
      readonly rows: readonly {
        readonly id: string;
        readonly cause: string;
        readonly deliveries: readonly object[];
      }[];
    };
    const closing = rows.find(({ cause }) => cause === "closing");
    expect(closing?.deliveries).toMatchObject([{ channel: "webhook", state: "delivered" }]);
    // The monitor of a busy machine may answer later than a command waits: people ask again, and it is done once.
    const isDone = async (...words: string[]) => {
      const { code, err } = await ask(...words);
      return code === 0 || /is acknowledged|is resolved/.test(err);
    };
    const ack = ["alerts", "ack", closing?.id ?? "", "--reason", "seen"];
    await until("the acknowledgement", () => isDone(...ack), 40_000);
    expect((await ask(...ack)).code).toBe(1);
    await until("the test", () => isDone("alerts", "test", "--json"), 40_000);
    const critical = async () => {
      const { out } = await ask("errors", "ls", "--level", "CRITICAL", "--json");
      return (JSON.parse(out) as { readonly rows: readonly { readonly id: number }[] }).rows[0]?.id;
    };
    await until("the ledger has the line", async () => (await critical()) !== undefined, 40_000);
    const resolve = ["errors", "resolve", String(await critical()), "--reason", "killed by hand"];
    await until("the resolution", () => isDone(...resolve), 40_000);
    const audit = async () =>
      JSON.parse((await ask("audit", "ls", "--json")).out) as { readonly action: string }[];
    await until(
      "the audit",
      async () => (await audit()).some(({ action }) => action === "resolve-error"),
      40_000,
    );
    const actions = (await audit()).map(({ action }) => action);
    expect(actions).toEqual(
      expect.arrayContaining(["halt", "acknowledge-alert", "test-alerts", "resolve-error"]),
    );
  },
  LONG_MS,
);

it(
  "and no secret of a channel stands in any file of the root, or in what was printed",
  async () => {
    child.kill("SIGINT");
    await once(child, "close");
    const files = globSync("var/**/*", { cwd: folder, withFileTypes: true }).filter((one) => one.isFile());
    expect(files.length).toBeGreaterThan(10);
    const guilty = files
      .map((one) => join(one.parentPath, one.name))
      .filter((path) => readFileSync(path).includes(CANARY));
    expect(guilty).toEqual([]);
    expect(`${said.out}${said.err}`).not.toContain(CANARY);
    const lines = said.out.split("\n").filter((line) => line.startsWith("{") && line.includes("correlation"));
    const names = new Set(lines.map((line) => (JSON.parse(line) as { readonly process: string }).process));
    expect([...names]).toEqual(
      expect.arrayContaining(["execute", "ingest", "compute", "ledger", "supervisor"]),
    );
  },
  LONG_MS,
);
