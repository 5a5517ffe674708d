/**
 * Goal: with no journal and no backup the books are made from the broker's: every position is there, at the price of that moment, books
 * and broker agree before anything may be entered, and nobody is told results that are not known (RELIABILITY 6.7).
 * Method: an account at the twin that somebody filled by hand, an empty root, and the system as it is started.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, expect, it } from "vitest";
import { loadConfig } from "../../src/app/config.ts";
import { dayOneChecks } from "../../src/app/doctor/day-one.ts";
import { ControlClient } from "../../src/app/live/control-client.ts";
import { prepareRun } from "../../src/app/live/prepare-run.ts";
import { type StatusValue, statusOf } from "../../src/app/live/status-answer.ts";
import { LiveSystem } from "../../src/app/live/system.ts";
import { startTwin } from "../../src/app/live/twin-process.ts";
import { tradedConfig } from "../../src/app/traded-config.ts";
import { processPaths } from "../../src/cli/processes.ts";
import { scratchFolder } from "../scratch-folder.ts";

const base = scratchFolder("rebuild-");
afterAll(() => rmSync(base, { recursive: true, force: true }));

it("an empty root takes the broker's positions over, reconciles, and says that earlier results are not known", async () => {
  const root = join(base, "demo");
  mkdirSync(join(root, "run"), { recursive: true, mode: 0o700 });
  const words = ["--speed", "60", "--seed", "3", "--cash", "97000", "--rate-limit", "1000000"];
  const twin = await startTwin({ entry: processPaths.exchange, words });
  const { credentials, hosts, clock, symbols } = twin;
  const headers = {
    "APCA-API-KEY-ID": credentials.keyId.reveal(),
    "APCA-API-SECRET-KEY": credentials.secretKey.reveal(),
    "content-type": "application/json",
  };
  const get = async (path: string) =>
    (await fetch(hosts.trading + path, { headers })).json() as Promise<unknown>;
  type Held = readonly { readonly symbol: string; readonly qty: string }[];
  const held = () => get("/v2/positions") as Promise<Held>;
  let system: LiveSystem | undefined;
  let control: ControlClient | undefined;
  const began = performance.now();
  try {
    const wanted = { [symbols[1] ?? ""]: 7, [symbols[4] ?? ""]: 12 };
    for (const [symbol, qty] of Object.entries(wanted)) {
      const order = { symbol, qty: String(qty), side: "buy", type: "market", time_in_force: "day" };
      const answer = await fetch(`${hosts.trading}/v2/orders`, {
        method: "POST",
        headers,
        body: JSON.stringify(order),
      });
      expect(answer.status).toBe(200);
    }
    for (let n = 0; n < 300 && (await held()).length < 2; n++) await pause(100);
    const broker = await held();
    expect(Object.fromEntries(broker.map(({ symbol, qty }) => [symbol, Number(qty)]))).toEqual(wanted);

    // Nothing is entered, so that what is compared below is what was taken over.
    const settings = ["live.positions=adopt", "risk.trades_per_day.limit=1", "demo.settings=[]"];
    const config = tradedConfig(loadConfig({ assignments: settings }), "demo");
    const places = { root, killSwitch: join(base, "killswitch"), historySessions: 2, tell: () => undefined };
    const run = await prepareRun({ ...places, mode: "demo", config, credentials, hosts, clock, symbols });
    system = new LiveSystem({ root, run, credentials, paths: processPaths, report: () => undefined });
    await system.start();
    control = new ControlClient(root, run);
    let status: StatusValue | undefined;
    for (let n = 0; n < 300; n++) {
      status = statusOf(await control.ask({ verb: "status" }));
      const { claims } = status?.snapshot.permission ?? { claims: [{ source: "startup" }] };
      if (status?.lastReconciliation !== null && !claims.some(({ source }) => source === "startup")) break;
      await pause(100);
    }
    expect(status?.lastReconciliation).not.toBeNull();
    expect(status?.unknownOrders).toBe(0);
    const taken = status?.snapshot.positions.filter(({ symbol }) => symbol in wanted) ?? [];
    for (const { symbol, qty } of broker) {
      const ours = taken.filter((one) => one.symbol === symbol);
      expect(ours.reduce((sum, { shares }) => sum + shares, 0)).toBe(Number(qty));
      // At the price of that moment: what was won or lost before is not this run's result.
      const price = run.adopted.find((one) => one.symbol === symbol)?.price ?? Number.NaN;
      expect(ours[0]?.averageEntry).toBeCloseTo(price, 4);
    }
    expect(status?.snapshot.trades).toMatchObject({ count: 0 });
    const checks = dayOneChecks({ root: base, config, env: {}, nowMs: Date.now() });
    expect(checks.find(({ name }) => name === "history")).toMatchObject({
      state: "warn",
      found: expect.stringMatching(/2 positions were taken over .* results before .* are not known/),
    });
    expect(performance.now() - began).toBeLessThan(120_000);
  } finally {
    control?.close();
    await system?.stop();
    await twin.stop();
  }
});
