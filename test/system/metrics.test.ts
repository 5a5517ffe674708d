/**
 * Goal: the figures of a running demo reach a real Prometheus, all families of them; a process that hangs is found and
 * restarted by nobody's hand; the rules that are shipped are what Prometheus takes (OPS-3, OPS-5).
 * Method: the demo as people start it, SIGSTOP to its ledger, Prometheus on a port of its own, promtool.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ActiveRun } from "../../src/app/live/active-run.ts";
import { families } from "../../src/ops/metrics/families.ts";
import { plimsoll } from "../plimsoll-process.ts";
import { scratchFolder } from "../scratch-folder.ts";

const project = join(import.meta.dirname, "..", "..");
const rules = join(project, "deploy", "prometheus");
const folder = scratchFolder("plimsoll-metrics-");
const root = join(folder, "root");

function hasProgram(name: string): boolean {
  try {
    execFileSync(name, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
const isMissing = ["prometheus", "promtool"].filter((name) => !hasProgram(name));
const isRequired = process.env.REQUIRE_SYSTEM === "1";
const mayRun = isMissing.length === 0 || isRequired;

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** Looks four times a second until there is something; throws what was seen last. */
async function until<Found>(
  what: string,
  withinMs: number,
  look: () => Promise<Found | undefined>,
): Promise<Found> {
  let last: unknown;
  for (const end = performance.now() + withinMs; performance.now() < end; await pause(250)) {
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      last = error;
    }
  }
  throw new Error(`${what}: not within ${withinMs} ms; ${String(last)}`);
}

const isReal = (value: string): boolean => Number.isFinite(Number(value));

describe.skipIf(!mayRun)(`with Prometheus${mayRun ? "" : `: ${isMissing.join(", ")} not installed`}`, () => {
  it("the configuration, the rules and their tests are what promtool takes", () => {
    const tool = (...words: readonly string[]) =>
      execFileSync("promtool", words, { cwd: rules, encoding: "utf8" });
    expect(tool("check", "config", "prometheus.yml")).toContain("SUCCESS");
    expect(tool("check", "rules", "recording-rules.yml", "alert-rules.yml")).toContain("SUCCESS");
    expect(tool("test", "rules", "rules-test.yml")).toContain("SUCCESS");
  });
});

describe.skipIf(!mayRun)(
  `a demo that is watched${mayRun ? "" : `: ${isMissing.join(", ")} not installed`}`,
  () => {
    const running: ChildProcess[] = [];
    let [port, asked] = [0, 0];
    const active = (): ActiveRun =>
      JSON.parse(readFileSync(join(root, "run", "active.json"), "utf8")) as ActiveRun;
    const query = async (
      expression: string,
    ): Promise<{ metric: Record<string, string>; value: [number, string] }[]> => {
      const url = `http://127.0.0.1:${asked}/api/v1/query?query=${encodeURIComponent(expression)}`;
      const answer = (await (await fetch(url)).json()) as { data: { result: never[] } };
      return answer.data.result;
    };
    const text = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();

    beforeAll(async () => {
      [port, asked] = [await freePort(), await freePort()];
      const entry = join(project, "src", "cli", "main.ts");
      const words = [
        "start",
        "--mode",
        "demo",
        "--root",
        root,
        "--speed",
        "60",
        "--set",
        "demo.warmupSessions=1",
      ];
      const settings = ["--set", `metrics.port=${port}`, "--set", "metrics.equity=true", "--sessions", "1"];
      running.push(spawn(process.execPath, [entry, ...words, ...settings], { stdio: "ignore" }));
      const config = readFileSync(join(rules, "prometheus.yml"), "utf8")
        .replace("127.0.0.1:9101", `127.0.0.1:${port}`)
        .replace("scrape_interval: 5s", "scrape_interval: 2s")
        .replace("scrape_timeout: 4s", "scrape_timeout: 2s")
        .replace("evaluation_interval: 15s", "evaluation_interval: 2s")
        .replace("- recording-rules.yml", `- ${join(rules, "recording-rules.yml")}`)
        .replace("- alert-rules.yml", `- ${join(rules, "alert-rules.yml")}`);
      writeFileSync(join(folder, "prometheus.yml"), config);
      running.push(
        spawn(
          "prometheus",
          [
            `--config.file=${join(folder, "prometheus.yml")}`,
            `--storage.tsdb.path=${join(folder, "tsdb")}`,
            `--web.listen-address=127.0.0.1:${asked}`,
          ],
          { stdio: "ignore" },
        ),
      );
      await until("the demo trades", 90_000, async () =>
        /trader_orders_total\{kind="entry",outcome="filled"\} [1-9]/.test(await text()) ? true : undefined,
      );
    }, 120_000);

    afterAll(async () => {
      for (const child of running) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const ended = once(child, "exit");
        child.kill("SIGINT");
        await Promise.race([ended, pause(60_000, undefined, { ref: false })]);
        child.kill("SIGKILL");
      }
    }, 150_000);

    it("Prometheus has a sample of every family, and has loaded every rule", async () => {
      const offered = await text();
      for (const { name, kind } of families) expect(offered).toContain(`# TYPE ${name} ${kind}`);
      const seen = await until("all families are scraped", 60_000, async () => {
        const names = new Set(
          (await query('{__name__=~"trader_.+"}')).map(({ metric }) => metric.__name__ ?? ""),
        );
        const missing = families.filter(({ name, kind }) =>
          kind === "histogram" ? !names.has(`${name}_count`) : !names.has(name),
        );
        if (missing.length > 0) throw new Error(missing.map(({ name }) => name).join(", "));
        return names;
      });
      expect(seen.size).toBeGreaterThan(families.length);
      const real = await query("trader_nav_ratio or trader_disk_free_bytes or trader_process_memory_bytes");
      expect(real.filter(({ value: [, value] }) => isReal(value)).length).toBeGreaterThan(4);
      const told = (await (await fetch(`http://127.0.0.1:${asked}/api/v1/rules`)).json()) as {
        data: { groups: { rules: { name: string; health: string; lastError?: string }[] }[] };
      };
      const loaded = told.data.groups.flatMap(({ rules: own }) => own);
      expect(loaded.length).toBe(48);
      expect(loaded.filter(({ health }) => health === "err")).toEqual([]);
      expect((await query('ALERTS{alertname="Watchdog"}')).length).toBe(1);
    });

    it("says nothing that is a secret, and answers to its own name alone", async () => {
      const offered = await text();
      const account = JSON.parse(readFileSync(join(root, "demo", "run", "run.json"), "utf8"))
        .accountId as string;
      expect(offered).not.toContain(account);
      expect(offered).not.toMatch(/symbol=|client_order|[A-Z][A-Z0-9]{15}/);
    });

    it("the summary on the command line shows the same figures", async () => {
      const { code, out, err } = await plimsoll(["metrics", "summary", "--root", root, "--json"], {
        cwd: folder,
      });
      expect([code, err]).toEqual([0, ""]);
      const summary = JSON.parse(out);
      expect(summary.latency.map(({ step }: { step: string }) => step)).toEqual([
        ...["feedToEngine", "signal", "decisionToOrder", "commit", "submitToAck", "brokerRequest", "fill"],
      ]);
      expect(summary.fillRatio).toBeGreaterThan(0);
      const shown = await plimsoll(["status", "--root", root], { cwd: folder });
      expect(shown.out).toMatch(/execute +ready +\d+ +\d+ +\d+% +[\d.]+ +\d+/);
    });

    it("a ledger that hangs is found and started again, and trading never stops", async () => {
      const before = active().processes.find(({ id }) => id === "ledger");
      const hung = before?.pid ?? 0;
      expect(hung).toBeGreaterThan(0);
      process.kill(hung, "SIGSTOP");
      const after = await until("the ledger is another process", 60_000, async () => {
        const ledger = active().processes.find(({ id }) => id === "ledger");
        return ledger?.state === "ready" && ledger.pid !== hung ? ledger : undefined;
      });
      expect(after).toMatchObject({ restarts: 1, recoveries: 1 });
      const counted = await until("it is counted", 20_000, async () =>
        /trader_auto_recoveries_total\{action="restart"\} 1/.test(await text()) ? await text() : undefined,
      );
      expect(counted).toContain('trader_state{state="DOWN"} 0');
      const log = readFileSync(
        join(root, "demo", "logs", `plimsoll-${new Date().toISOString().slice(0, 10)}.log`),
        "utf8",
      );
      expect(log).toMatch(/monitor asked for a restart of ledger: ledger has said nothing for/);
    });

    it("while execute is dead the port answers, and says so", async () => {
      const execute = active().processes.find(({ id }) => id === "execute")?.pid ?? 0;
      process.kill(execute, "SIGKILL");
      const answered = await text();
      for (const { name } of families) expect(answered).toContain(`# TYPE ${name} `);
      await until("it is back", 60_000, async () =>
        active().processes.find(({ id }) => id === "execute")?.restarts === 1 &&
        /trader_state\{state="DOWN"\} 0/.test(await text())
          ? true
          : undefined,
      );
    });
  },
);
