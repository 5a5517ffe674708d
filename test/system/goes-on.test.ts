/**
 * Goal    a system that was stopped with positions goes on with the same run: nothing enters while it is being stopped,
 *         what entered before is still known afterwards, and trading begins again (RUN-2).
 * Method  the processes of a run twice over one exchange that outlives them, by the same steps as paper and live.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, expect, it } from "vitest";
import { loadConfig } from "../../src/app/config.ts";
import { ControlClient, type ControlQuestion } from "../../src/app/live/control-client.ts";
import { openRun } from "../../src/app/live/open-run.ts";
import { prepareRun } from "../../src/app/live/prepare-run.ts";
import type { RunTerms } from "../../src/app/live/run-terms.ts";
import { type StatusValue, statusOf } from "../../src/app/live/status-answer.ts";
import { LiveSystem } from "../../src/app/live/system.ts";
import { startTwin } from "../../src/app/live/twin-process.ts";
import { tradedConfig } from "../../src/app/traded-config.ts";
import { processPaths } from "../../src/cli/processes.ts";
import { scratchFolder } from "../scratch-folder.ts";

const root = scratchFolder("plimsoll-goes-on-");
const cleanUp: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const end of cleanUp.toReversed()) await end();
  rmSync(root, { recursive: true, force: true });
});

class Sitting {
  readonly #system: LiveSystem;
  readonly #control: ControlClient;

  constructor(run: RunTerms, credentials: Awaited<ReturnType<typeof startTwin>>["credentials"]) {
    this.#system = new LiveSystem({ root, run, credentials, paths: processPaths, report: () => undefined });
    this.#control = new ControlClient(root, run);
  }

  start(): Promise<void> {
    cleanUp.push(() => this.stop());
    return this.#system.start();
  }

  ask(question: ControlQuestion) {
    return this.#control.ask(question);
  }

  async when(isWanted: (status: StatusValue) => boolean): Promise<StatusValue> {
    let last: StatusValue | undefined;
    for (let n = 0; n < 240; n++) {
      last = statusOf(await this.ask({ verb: "status" }));
      if (last !== undefined && isWanted(last)) return last;
      await pause(250);
    }
    throw new Error(`never came to it: ${JSON.stringify(last).slice(0, 800)}`);
  }

  async stop(): Promise<void> {
    this.#control.close();
    await this.#system.stop();
  }
}

const held = ({ snapshot }: StatusValue): readonly string[] =>
  snapshot.positions.map(({ symbol, strategy, shares }) => `${symbol} ${strategy} ${shares}`);

it("stopped with positions, started again: the same run, its positions, and no entry in between", async () => {
  const twin = await startTwin({
    entry: processPaths.exchange,
    words: ["--speed", "60", "--seed", "1", "--cash", "97000", "--rate-limit", "1000000", "--skip-closed"],
  });
  cleanUp.push(() => twin.stop());
  const config = tradedConfig(loadConfig(), "demo");
  const { credentials, hosts, clock, symbols } = twin;
  const run = await prepareRun({
    ...{
      root,
      killSwitch: join(root, "killswitch"),
      mode: "demo",
      config,
      credentials,
      hosts,
      clock,
      symbols,
    },
    ...{ historySessions: 1, tell: () => undefined },
  });
  const act = { by: "test", reason: "a stop" };
  const first = new Sitting(run, credentials);
  await first.start();
  await first.when(({ isFlat }) => !isFlat);
  expect(await first.ask({ verb: "retire", ...act })).toMatchObject({ kind: "accepted" });
  const before = await first.when(
    ({ workingEntries, unknownOrders, requestsHeld }) => workingEntries + unknownOrders + requestsHeld === 0,
  );
  expect(before.snapshot.permission.level).toBe("REDUCE_ONLY");
  expect(before.snapshot.positions.length).toBeGreaterThan(0);
  const [orders, positions] = [before.snapshot.orders.length, held(before)];
  await first.stop();

  const open = openRun(root, "demo", config);
  expect(open).toEqual(JSON.parse(JSON.stringify(run)));
  const second = new Sitting(open as RunTerms, credentials);
  await second.start();
  const after = await second.when(() => true);
  expect(after.snapshot.permission.level).not.toBe("NORMAL");
  expect(after.snapshot.orders.length).toBeGreaterThanOrEqual(orders);
  // A stop may have closed one of them by now; what is there was there before.
  expect(positions).toEqual(expect.arrayContaining([...held(after)]));
  expect(after.snapshot.trades.count).toBeGreaterThanOrEqual(before.snapshot.trades.count);
  expect(await second.ask({ verb: "return", ...act })).toMatchObject({ kind: "accepted" });
  await second.when(({ snapshot }) => snapshot.permission.level === "NORMAL");
  await second.ask({ verb: "finish", ...act });
  await second.when(({ isFlat, workingOrders }) => isFlat && workingOrders === 0);
  await second.stop();
});
