/**
 * Goal: a monitor outside hears the guardian from its first moment, as the run's own settings say where (C-62, OPS-4).
 * Method: the guardian as a process, started from the system's own plan, and a monitor on this machine.
 */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { Secret } from "../src/adapters/brokers/alpaca/secret.ts";
import { withSettings } from "../src/app/config.ts";
import { plansOf } from "../src/app/live/system.ts";
import { terms } from "./live-session.ts";
import { scratchFolder } from "./scratch-folder.ts";

const root = scratchFolder("dead-man-");
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
  rmSync(root, { recursive: true, force: true });
});

it("the guardian of a paper run asks for the address that live.deadManUrl names", async () => {
  const asked = Promise.withResolvers<IncomingMessage>();
  const monitor = createServer((request, response) => {
    asked.resolve(request);
    response.end("OK");
  });
  await new Promise<void>((resolve) => monitor.listen(0, "127.0.0.1", resolve));
  closers.push(() => monitor.close());
  closers.push(() => monitor.closeAllConnections());
  const here = `http://127.0.0.1:${(monitor.address() as AddressInfo).port}`;
  const run = {
    ...terms,
    mode: "paper" as const,
    config: withSettings(terms.config, [`live.deadManUrl=${here}/ping/7d1c`], "test"),
    killSwitch: join(root, "killswitch"),
    // Nobody answers there: who cannot see the account is heard of all the same.
    hosts: { ...terms.hosts, trading: "http://127.0.0.1:9", data: "http://127.0.0.1:9" },
  };
  const guardian = join(import.meta.dirname, "../src/guardian/main.ts");
  const paths = { ingest: "", compute: "", execute: "", ledger: "", guardian };
  const credentials = { keyId: new Secret("PK"), secretKey: new Secret("hidden") };
  const plan = plansOf({ root, run, credentials, paths }).find(({ id }) => id === "guardian");
  const child = spawn(plan?.command ?? "", [...(plan?.args ?? [])], { env: plan?.env, stdio: "inherit" });
  closers.push(() => child.kill("SIGKILL"));
  const { method, url, headers } = await asked.promise;
  expect([method, url]).toEqual(["GET", "/ping/7d1c"]);
  expect(JSON.stringify(headers)).not.toContain("hidden");
}, 15_000);
