/**
 * Goal: compute on another machine, over a bus that asks for a password and is met encrypted: it trades, comes back when
 * it is killed, and the record of both places replays to the last byte; wrong keys are refused in one line that has none.
 * Method: the second machine is a second root on this one, with nothing of the first but the run's terms.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { processPaths } from "../../src/cli/processes.ts";
import { plimsoll } from "../plimsoll-process.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { throwawayAuthority } from "../throwaway-certificate.ts";
import { LiveRig } from "./live-rig.ts";
import { missingPrograms } from "./missing-programs.ts";
import { NatsServer } from "./nats-server.ts";

const missing = missingPrograms(["nats-server"]);
const FLOW_MS = 360_000;
const HOUR_MS = 3_600_000;
const PASSWORD = "hunter2-hunter2";

describe.skipIf(missing !== undefined)(`stages on two machines${missing ?? ""}`, () => {
  const [here, there] = ["here", "there"].map((name) => scratchFolder(`two-${name}-`)) as [string, string];
  let server: NatsServer;
  let rig: LiveRig;
  let compute: ChildProcess;
  let keys: Readonly<Record<string, string>>;

  const startCompute = () => {
    const { PATH = "" } = process.env;
    compute = spawn(process.execPath, [processPaths.compute, there], {
      env: { PATH, ...keys },
      stdio: "ignore",
    });
  };

  beforeAll(async () => {
    const authority = throwawayAuthority();
    const [from, until] = [new Date(Date.now() - HOUR_MS), new Date(Date.now() + 24 * HOUR_MS)];
    const leaf = authority.leaf({ ip: [127, 0, 0, 1], from, until });
    const file = (name: string, text: string) => {
      writeFileSync(join(here, name), text);
      return join(here, name);
    };
    const [cert, key] = [file("server.pem", leaf.cert), file("server.key", leaf.key)];
    keys = { NATS_USER: "plimsoll", NATS_PASSWORD: PASSWORD, NATS_CA: file("ca.pem", authority.cert) };
    const words = ["--tls", "--tlscert", cert, "--tlskey", key, "--user", "plimsoll", "--pass", PASSWORD];
    server = await NatsServer.start({ words, keys });
    const settings = [`bus.url=${server.url}`, "bus.elsewhere=[compute]"];
    rig = await LiveRig.start({ root: here, speed: 60, seed: 1, settings, bus: keys });
    mkdirSync(there, { recursive: true });
    cpSync(join(here, "run"), join(there, "run"), {
      recursive: true,
      filter: (path) => !path.endsWith(".sock"),
    });
    startCompute();
  }, 240_000);

  afterAll(async () => {
    await rig?.stop();
    compute?.kill("SIGKILL");
    await server?.stop();
    for (const root of [here, there]) rmSync(root, { recursive: true, force: true });
  }, 60_000);

  it(
    "trade",
    async () => {
      await rig.moreOrders(3, FLOW_MS);
      expect(rig.pid("compute" as const)).toBeUndefined();
      expect(existsSync(join(here, "db", "compute.db"))).toBe(false);
      expect(await rig.problems()).toEqual([]);
    },
    FLOW_MS * 1.5,
  );

  it(
    "compute there is killed and started again: it goes on",
    async () => {
      compute.kill("SIGKILL");
      await once(compute, "close");
      startCompute();
      await rig.moreOrders(2, FLOW_MS);
      expect(await rig.problems()).toEqual([]);
    },
    FLOW_MS * 1.5,
  );

  it.each([
    ["no keys", {}, /authorization/i],
    ["another password", { NATS_USER: "plimsoll", NATS_PASSWORD: "guess-guess" }, /authorization/i],
    ["an unknown authority", { NATS_CA: "" }, /certificate|self.signed/i],
  ])("with %s nobody gets in, and the line says so without a key", async (_, changed, says) => {
    const { NATS_CA = "" } = keys;
    const given = Object.keys(changed).length === 0 ? { NATS_CA } : { NATS_CA, ...changed };
    const words = ["worker", "--root", there, "--idle", "1", "--set", `bus.url=${server.url}`];
    const { code, err } = await plimsoll(words, { cwd: here, env: given });
    expect([code, err]).toEqual([1, expect.stringMatching(/^plimsoll: bus.url = tls:[^\n]*\n$/)]);
    expect(err).toMatch(says);
    expect(err).not.toMatch(/guess|hunter2/);
  });

  it("left records that replay to the last byte, and no key in any log", async () => {
    compute.kill("SIGTERM");
    await once(compute, "close");
    cpSync(join(there, "db", "compute.db"), join(here, "db", "compute.db"));
    rig.expectReplays();
    const grep = spawn("grep", ["-rlF", PASSWORD, here, there], { stdio: ["ignore", "pipe", "ignore"] });
    const found: string[] = [];
    grep.stdout.on("data", (piece: Buffer) => found.push(String(piece)));
    await once(grep, "close");
    expect(found).toEqual([]);
  });
});
