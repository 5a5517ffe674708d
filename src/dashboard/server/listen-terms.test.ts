/** Goal: nobody else reaches the dashboard unless three settings say so, and the line that refuses names them. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import { loadConfig } from "../../app/config.ts";
import { listenTerms } from "./listen-terms.ts";

const folder = scratchFolder("listen-");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { dashboard } = loadConfig();

it("listens on the loopback by default, and answers to its names alone", () => {
  expect(listenTerms(dashboard, "live", undefined)).toEqual({
    host: "127.0.0.1",
    ports: [8710],
    names: ["127.0.0.1", "localhost", "::1"],
    tls: undefined,
  });
});

it("tries the next ports for a demo, and for money only the one that people know", () => {
  expect(listenTerms(dashboard, "demo", undefined).ports.slice(0, 3)).toEqual([8710, 8711, 8712]);
  expect(listenTerms(dashboard, "demo", 65_535).ports).toEqual([65_535]);
  expect(listenTerms(dashboard, "demo", 0).ports).toEqual([0]);
  expect(listenTerms(dashboard, "paper", 9000).ports).toEqual([9000]);
});

it("refuses an address that others reach until all of it is said, each missing setting by name", () => {
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  for (const file of [cert, key]) writeFileSync(file, "PEM");
  const open = { ...dashboard, host: "0.0.0.0" };
  const tls = { cert, key };
  const refusal = (params: typeof dashboard) => () => listenTerms(params, "live", undefined);
  expect(refusal(open)).toThrow(/allowOtherHosts: true; dashboard\.tls.*; dashboard\.names/);
  expect(refusal({ ...open, allowOtherHosts: true, names: ["desk.example.net"] })).toThrow(/dashboard\.tls/);
  expect(refusal({ ...open, names: ["desk.example.net"], tls })).toThrow(/allowOtherHosts/);
  expect(refusal({ ...open, allowOtherHosts: true, tls: { cert, key: "" } })).toThrow(/both cert and key/);
  expect(refusal({ ...open, allowOtherHosts: true, tls: { cert, key: join(folder, "none") } })).toThrow(
    /ENOENT/,
  );
  const whole = listenTerms(
    { ...open, allowOtherHosts: true, names: ["desk.example.net"], tls },
    "live",
    undefined,
  );
  expect([whole.host, whole.names[0], whole.tls]).toEqual([
    "0.0.0.0",
    "desk.example.net",
    { cert: "PEM", key: "PEM" },
  ]);
});
