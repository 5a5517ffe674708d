/**
 * Goal    a halt ends by an operator who says why, with clean books, a minute later, and while no HALT file is there
 *         (C-01, C-02); whoever halted, and in whatever life of the process.
 * Method  the control desk over the execute process in one thread, a kill switch in a folder of its own.
 */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { haltAsked } from "../src/app/live/halt-file.ts";
import { controlDesk, type Desk } from "./control-desk-world.ts";
import { scratchFolder } from "./scratch-folder.ts";

const folder = scratchFolder("resume");

const desk = () => controlDesk(folder);

const level = ({ world }: Desk): string => world.live.stage.authorities.permission.level;

/** Halted by an operator and flat; a minute and a half ago. */
async function halted(): Promise<Desk> {
  const made = await desk();
  expect(made.ask("halt").kind).toBe("accepted");
  await made.world.run(90);
  expect(level(made)).toBe("HALTED");
  return made;
}

describe("a halt", () => {
  it("is lifted by an operator with a reason, clean books and a minute behind him", async () => {
    const made = await halted();
    expect(made.ask("resume")).toMatchObject({ kind: "accepted" });
    expect(level(made)).toBe("NORMAL");
  });

  it.each(["", undefined as unknown as string])("is not lifted without a reason (%j)", async (reason) => {
    const made = await halted();
    expect(made.ask("resume", { reason })).toMatchObject({ kind: "refused", exitCode: 2 });
    expect(level(made)).toBe("HALTED");
  });

  it("is not lifted by nobody", async () => {
    const made = await halted();
    expect(made.ask("resume", { by: "" })).toMatchObject({ kind: "refused", exitCode: 2 });
    expect(level(made)).toBe("HALTED");
  });

  it("is not lifted before a minute is over, in this life or the next", async () => {
    const made = await desk();
    made.ask("halt");
    await made.world.run(20);
    expect(made.ask("resume").reason).toContain("wait until it is 60 s old");
    const { world } = made;
    world.kill();
    await world.run(1);
    world.start();
    await world.run(20);
    expect(made.ask("resume").reason).toContain("wait until it is 60 s old");
    expect(level(made)).toBe("HALTED");
    await made.world.run(60);
    expect(made.ask("resume").kind).toBe("accepted");
  });

  it("that a breaker raised is not lifted before a minute is over either", async () => {
    const made = await desk();
    await made.world.run(75);
    made.world.enter("ACME", 500, 80);
    await made.world.run(30);
    made.world.price("ACME", 90);
    await made.world.run(50);
    expect(level(made)).toBe("HALTED");
    expect(made.ask("resume").reason).toContain("wait until it is 60 s old");
  });

  it("is not lifted while the loss that raised it still stands", async () => {
    const made = await desk();
    await made.world.run(75);
    made.world.enter("ACME", 500, 80);
    await made.world.run(30);
    made.world.price("ACME", 90);
    await made.world.run(150);
    expect(level(made)).toBe("HALTED");
    const refused = made.ask("resume");
    expect(refused).toMatchObject({ kind: "refused", exitCode: 3 });
    expect(refused.reason).toMatch(/^resume: lost \d.* of the day's base, limit 3.00%/);
    expect(level(made)).toBe("HALTED");
  });

  it("by a mere pause needs no minute, also right after a start", async () => {
    const made = await desk();
    made.ask("pause");
    made.world.kill();
    await made.world.run(1);
    made.world.start();
    await made.world.run(5);
    expect(level(made)).not.toBe("NORMAL");
    expect(made.ask("resume")).toMatchObject({ kind: "accepted" });
  });

  it("is not lifted while the broker holds what we do not", async () => {
    const made = await halted();
    const { world } = made;
    world.byHand({ symbol: "ACME", side: "buy", shares: 7 });
    for (let s = 0; s < 90 && world.live.notReconciled === undefined; s++) await world.run(1);
    expect(made.ask("resume")).toMatchObject({ kind: "refused", exitCode: 3 });
    expect(level(made)).toBe("HALTED");
  });

  it("is not lifted while what it closes is not closed", async () => {
    const made = await desk();
    await made.world.run(75);
    made.world.enter("ACME", 100, 80);
    await made.world.run(30);
    made.world.front.fault = ({ method, url }) =>
      method === "POST" && url.endsWith("/v2/orders") ? { status: 503, body: "" } : undefined;
    made.ask("halt");
    await made.world.run(120);
    expect(made.world.held("ACME")).toBe(100);
    expect(made.ask("resume")).toMatchObject({ kind: "refused", exitCode: 3 });
    made.world.front.fault = () => undefined;
    await made.world.run(60);
    expect([level(made), made.world.held("ACME")]).toEqual(["HALTED", 0]);
  });

  it("is not lifted while the HALT file is there, and not by deleting it", async () => {
    const made = await halted();
    const file = join(made.killSwitch, "HALT");
    writeFileSync(file, "");
    expect(made.ask("resume").reason).toContain("HALT is there");
    rmSync(file);
    expect(haltAsked(made.killSwitch)).toBeUndefined();
    await made.world.run(120);
    expect(level(made)).toBe("HALTED");
    expect(made.ask("resume").kind).toBe("accepted");
  });

  it("a command that is told twice is one command (I-40)", async () => {
    const made = await halted();
    expect(made.ask("resume", { id: "once" }).kind).toBe("accepted");
    made.ask("pause");
    expect(made.ask("resume", { id: "once" }).kind).toBe("accepted");
    expect(level(made)).toBe("NO_NEW_ENTRIES");
  });
});
