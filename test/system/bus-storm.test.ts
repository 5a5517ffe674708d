/**
 * Goal: stages that meet over a NATS server trade as over sockets, and lose nothing when compute, execute or the server
 * itself is killed: entries end, what is held stays protected and can be closed, the stages meet again, and the record
 * replays to the last byte.
 * Method: the real processes over the twin and a real nats-server, one system for all cases.
 */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scratchFolder } from "../scratch-folder.ts";
import { LiveRig } from "./live-rig.ts";
import { missingPrograms } from "./missing-programs.ts";
import { NatsServer } from "./nats-server.ts";

const missing = missingPrograms(["nats-server"]);
const FLOW_MS = 360_000;
const CLOSED_MS = 60_000;

describe.skipIf(missing !== undefined)(`a live system over a bus${missing ?? ""}`, () => {
  let root: string;
  let rig: LiveRig;
  let server: NatsServer;

  async function areWell(): Promise<void> {
    await rig.up();
    expect(await rig.problems()).toEqual([]);
    await rig.letGoOn();
  }

  beforeAll(async () => {
    server = await NatsServer.start();
    root = scratchFolder("bus-");
    rig = await LiveRig.start({ root, speed: 60, seed: 1, settings: [`bus.url=${server.url}`] });
  }, 240_000);

  afterAll(async () => {
    await rig?.stop();
    await server?.stop();
    rmSync(root, { recursive: true, force: true });
  }, 60_000);

  it(
    "trades; ingest has no socket, and the operator's door is where it was",
    async () => {
      await rig.moreOrders(4, FLOW_MS);
      expect(["ingest.sock", "execute.sock"].map((name) => existsSync(join(root, "run", name)))).toEqual([
        false,
        true,
      ]);
      expect(await rig.problems()).toEqual([]);
    },
    FLOW_MS * 1.5,
  );

  it.each(["compute", "execute", "ingest"] as const)(
    "%s is killed, comes back, its books are the twin's",
    async (role) => {
      await rig.kill(role);
      await areWell();
    },
  );

  it("the server is killed: nothing is entered, the operator is heard, what is held can be closed", async () => {
    await rig.well();
    await rig.until("positions", FLOW_MS, async () => (await rig.twin.positions()).size > 0);
    await server.kill();
    const status = await rig.until("entries are barred", 30_000, async () => {
      const now = await rig.status();
      return now?.snapshot.permission.level === "NORMAL" ? undefined : now;
    });
    const [held] = status.snapshot.positions;
    expect(held).toBeDefined();
    await rig.close(held!.symbol);
    await rig.until("it is closed", CLOSED_MS, async () => !(await rig.twin.positions()).has(held!.symbol));
    const before = new Set((await rig.twin.positions()).keys());
    await pause(3000);
    expect([...(await rig.twin.positions()).keys()].filter((symbol) => !before.has(symbol))).toEqual([]);
    // Execute is killed while there is no server: it protects and answers without one.
    await rig.kill("execute");
    await rig.until("execute answers", CLOSED_MS, () => rig.status());
    await server.again();
    await areWell();
  });

  it("trades again after all that", () => rig.moreOrders(2, FLOW_MS), FLOW_MS * 1.5);

  it("left a record that replays to the last byte, stage by stage", async () => {
    expect(rig.journals.verify()).toEqual([]);
    rig.expectReplays();
  });
});
