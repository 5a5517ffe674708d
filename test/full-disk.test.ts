/**
 * Goal: on a disk that is really full the journal goes on with the room of its ballast, all that a closing writes is
 * durable, entries are barred, and they come back only with the ballast (fault 57). Method: a small file system of its
 * own, which ends with the process that filled it; where the machine makes none, `ballast.test.ts` has the same story
 * with a refused commit.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { scratchFolder } from "./scratch-folder.ts";

const folder = scratchFolder("plimsoll-full-disk-");
const disk = join(folder, "disk");
mkdirSync(disk);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MOUNT = 'mount -t tmpfs -o size=48m none "$0" && exec "$@"';
/** In namespaces of its own: nobody else sees the mount, and nothing is left of it. */
const onSmallDisk = (command: readonly string[]) =>
  spawnSync("sh", ["-c", `exec unshare -Urm sh -c '${MOUNT}' "$0" "$@"`, disk, ...command], {
    encoding: "utf8",
  });
const canMount = onSmallDisk(["true"]).status === 0;

const SCRIPT = fileURLToPath(new URL("./full-disk-writer.ts", import.meta.url));

describe.skipIf(!canMount)(
  "a disk that is full (this machine lets nobody mount one where it is skipped)",
  () => {
    it("has room for what closes: the ballast goes, everything is durable, and only then the journal fails", () => {
      const ran = onSmallDisk([process.execPath, SCRIPT, disk]);
      expect(ran.stderr).toBe("");
      const { lasted, ...told } = JSON.parse(ran.stdout) as { readonly lasted: number };
      expect(told).toEqual({
        kept: true,
        // What was there before is room for no commit.
        freeBytes: 0,
        claim: "the disk is full: the journal lives on its ballast",
        written: 501,
        brokenAt: null,
        ballastLeft: false,
        gone: "gone",
        afterRoom: "made",
        lifted: true,
        state: "failed",
        said: ["full", "full", "failed: database or disk is full"],
      });
      // Twice what a closing of thirty positions writes.
      expect(lasted).toBeGreaterThan(1000);
    });
  },
);
