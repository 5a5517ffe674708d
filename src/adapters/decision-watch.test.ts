/** Goal: a decision that never returns ends its process with a line, and one that returns ends nothing. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const watch = new URL("./decision-watch.ts", import.meta.url).href;

const folder = mkdtempSync(join(tmpdir(), "plimsoll-decisions-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A process of its own: what is tested is its end. */
function run(decision: string) {
  const script = join(folder, "decide.mjs");
  writeFileSync(
    script,
    `import { watchedDecisions } from ${JSON.stringify(watch)};
    const decide = watchedDecisions("mine", 200);
    for (let n = 0; n < 3; n++) decide(() => {});
    await new Promise((done) => setTimeout(done, 600));
    ${decision}
    console.log("over");`,
  );
  const said = spawnSync(process.execPath, [script], { encoding: "utf8" });
  return { status: said.status, signal: said.signal, stdout: said.stdout.trim(), stderr: said.stderr.trim() };
}

describe("a watched decision", () => {
  it("that returns leaves the process alone, which ends by itself", () => {
    expect(run("decide(() => {});")).toEqual({ status: 0, signal: null, stdout: "over", stderr: "" });
  });

  it("that throws is over, and its throw goes on", () => {
    const { status, stdout } = run('try { decide(() => { throw new Error("no"); }); } catch {}');
    expect([status, stdout]).toEqual([0, "over"]);
  });

  it("that never returns ends the process, and says whose it was", () => {
    const { signal, stdout, stderr } = run("decide(() => { for (;;); });");
    expect([signal, stdout]).toEqual(["SIGKILL", ""]);
    expect(stderr).toBe(
      "plimsoll: strategy mine has not returned from a decision for 0.2 s; mend it, or run without it",
    );
  });
});
