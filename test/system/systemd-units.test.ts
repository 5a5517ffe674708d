/**
 * Goal: the units are what systemd takes, and leave an attacker less than a score of 2.5 (RELIABILITY 6.6).
 * Method: `systemd-analyze verify` on a root of their own with the programs that they name, and
 * `systemd-analyze security --offline=true` with its threshold.
 */
import { spawnSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { scratchFolder } from "../scratch-folder.ts";
import { missingPrograms } from "./missing-programs.ts";

const UNITS = join(import.meta.dirname, "..", "..", "deploy", "systemd");
const root = scratchFolder("plimsoll-units-");
afterAll(() => rmSync(root, { recursive: true, force: true }));
const missing = missingPrograms(["systemd-analyze"]);
const places = join(root, "etc", "systemd", "system");
const units = globSync("*.{service,timer}", { cwd: UNITS }).toSorted();

/** Ten times the score, as --threshold takes it. */
const HIGHEST = 25;

describe.skipIf(missing !== undefined)(`systemd${missing ?? ""}`, () => {
  it("takes every unit without a word", () => {
    mkdirSync(places, { recursive: true });
    for (const [path, mode] of [
      ["opt/plimsoll/plimsoll", 0o755],
      ["etc/plimsoll/notify", 0o755],
    ] as const) {
      mkdirSync(join(root, path, ".."), { recursive: true });
      writeFileSync(join(root, path), "#!/bin/sh\n", { mode });
    }
    for (const name of ["lib/systemd/system", "usr/lib/systemd/system"])
      mkdirSync(join(root, name), { recursive: true });
    // Targets that units are ordered by are the distribution's.
    cpSync("/lib/systemd/system", join(root, "lib", "systemd", "system"), {
      recursive: true,
      verbatimSymlinks: true,
    });
    for (const name of units) cpSync(join(UNITS, name), join(places, name));
    for (const name of units) {
      const shown = name.replace("@.", "@x.");
      const { status, stdout, stderr } = spawnSync(
        "systemd-analyze",
        ["verify", "--man=false", `--root=${root}`, "--recursive-errors=no", shown],
        { encoding: "utf8", timeout: 60_000 },
      );
      expect([name, status, stdout + stderr]).toEqual([name, 0, ""]);
    }
  });

  it.each(units.filter((name) => name.endsWith(".service")))("%s is exposed less than 2.5", (name) => {
    const { status, stdout, stderr } = spawnSync(
      "systemd-analyze",
      ["security", "--offline=true", `--threshold=${HIGHEST}`, "--no-pager", join(UNITS, basename(name))],
      { encoding: "utf8", timeout: 60_000 },
    );
    expect([status, `${stdout.trim().split("\n").at(-1)}${stderr}`]).toEqual([
      0,
      expect.stringMatching(/^→ Overall exposure level for \S+: [0-2]\.\d /),
    ]);
  });
});
