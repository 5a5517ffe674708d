/** Goal: a lease is free as soon as its process has ended, also where nobody collects the dead. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import { isRunning, ownIdentity } from "./process-identity.ts";

describe("the identity of a process", () => {
  it("is running for this one, and not for another that has its number by now", () => {
    const own = ownIdentity();
    expect(isRunning(own)).toBe(true);
    if (own.started !== "") expect(isRunning({ ...own, started: "1" })).toBe(false);
  });

  it.runIf(process.platform === "linux")(
    "is over for one that was killed and that its parent has not collected",
    async () => {
      // The shell becomes a program that waits for no child.
      const parent = spawn("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"], {
        stdio: ["ignore", "pipe", "ignore"],
      });
      try {
        const lines = createInterface(parent.stdout)[Symbol.asyncIterator]();
        const pid = Number((await lines.next()).value);
        expect(isRunning({ pid, started: "" })).toBe(true);
        // While it is still a shell it collects its dead at once, and there would be nothing left to find.
        await expect.poll(() => nameOf(parent.pid)).not.toBe("sh");
        process.kill(pid, "SIGKILL");
        await expect.poll(() => isRunning({ pid, started: "" })).toBe(false);
        expect(process.kill(pid, 0)).toBe(true);
      } finally {
        parent.kill("SIGKILL");
      }
    },
  );
});

const nameOf = (pid: number | undefined): string => readFileSync(`/proc/${pid}/comm`, "utf8").trim();
