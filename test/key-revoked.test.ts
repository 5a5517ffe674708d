/**
 * Goal: a key that is revoked in the middle of a session bars entries, wakes one person and is not tried again and
 * again; the guardian closes with a key of its own, and does not wait for an engine that nobody serves (RELIABILITY 22).
 * Method: the live stage after a synthetic session, told what the broker answers; then the guardian as a process, the
 * engine's own end of its line, and a broker that knows one of two keys.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { judge } from "../src/adapters/brokers/alpaca/outcome.ts";
import { Secret } from "../src/adapters/brokers/alpaca/secret.ts";
import { RealClock } from "../src/adapters/net/real-clock.ts";
import type { ExecuteDriver } from "../src/app/live/execute-driver.ts";
import { GuardianDuty, LEASE_EVERY_MS } from "../src/app/live/guardian-duty.ts";
import { type RunTerms, runPlaces } from "../src/app/live/run-terms.ts";
import type { StageContext } from "../src/app/live/stage-context.ts";
import { plansOf } from "../src/app/live/system.ts";
import type { BrokerNews, BrokerRequest, RequestId } from "../src/domain/broker.ts";
import { BEAT_EVERY_MS } from "../src/domain/guardian-beat.ts";
import { dayNumber, type EpochMicros } from "../src/domain/time.ts";
import { isKeyRefused, keyClaimHolder } from "../src/engine/key-refusal.ts";
import type { ExecuteWord, LiveExecute } from "../src/engine/live-execute.ts";
import { parseExecuteInput } from "../src/engine/stage-text.ts";
import type { Instants } from "../src/execution/lifecycle/words.ts";
import { sessionOn } from "../src/market/calendar.ts";
import { ArithmeticBroker } from "./arithmetic-broker.ts";
import { arithmeticAnswer } from "./arithmetic-http.ts";
import { instruments, liveSession, terms } from "./live-session.ts";
import { scratchFolder } from "./scratch-folder.ts";

const REVOKED = "401 40110000 request is not authorized";
const refusedAs = (request: RequestId, reason = REVOKED): BrokerNews => ({
  ...{ kind: "refused", class: "unauthorized" },
  request,
  reason,
});

/** The live stage in the middle of a session, with the clock in the test's hand. */
class Stage {
  readonly live: LiveExecute;
  readonly pages: string[] = [];
  readonly asked: BrokerRequest[] = [];
  readonly #from: EpochMicros;
  mono = 0;

  constructor() {
    const { entries, again } = liveSession();
    this.live = again();
    const inputs = entries.filter(({ part }) => part === "input").map(({ payload }) => String(payload));
    const half = inputs.slice(0, Math.floor(inputs.length / 2));
    for (const text of half) this.live.step(parseExecuteInput(text, instruments));
    this.#from = parseExecuteInput(half.at(-1) ?? "", instruments).now.at;
    this.#take();
    this.pages.length = 0;
    this.asked.length = 0;
    this.give({ kind: "restarted", life: 1 });
  }

  get now(): Instants {
    return { at: (this.#from + this.mono * 1000) as EpochMicros, mono: this.mono };
  }

  give(word: ExecuteWord): void {
    this.live.step({ ...word, now: this.now });
    this.#take();
  }

  operator(action: "halt" | "resume"): void {
    const { at } = this.now;
    this.give({ kind: "event", event: { kind: "OperatorActed", at, action, by: "ana", reason: "test" } });
  }

  /** Time passes; whatever is asked is refused at once. Returns how many looks there were. */
  refusedFor(ms: number): number {
    let looks = 0;
    for (const end = this.mono + ms; this.mono < end; this.mono += 100) {
      this.give({ kind: "time" });
      for (const { kind, id } of this.asked.splice(0)) {
        if (kind === "Look") looks += 1;
        this.give({ kind: "news", news: refusedAs(id) });
      }
    }
    return looks;
  }

  get isBarred(): boolean {
    return this.live.stage.authorities.find(...keyClaimHolder) !== undefined;
  }

  #take(): void {
    const { output } = this.live;
    this.pages.push(...output.alarms.filter(({ severity }) => severity === "page").map(({ text }) => text));
    this.asked.push(...output.requests);
    for (const list of Object.values(output) as unknown[][]) list.length = 0;
  }
}

describe("a key that the broker refuses", () => {
  it.each([
    [401, '{"code":40110000,"message":"request is not authorized"}', true],
    [401, "<html>who are you</html>", true],
    [403, '{"message":"forbidden."}', true],
    [403, "", true],
    [403, '{"code":40310000,"message":"insufficient buying power"}', false],
    [403, '{"code":40310000,"message":"account is restricted to liquidation"}', false],
    [403, '{"code":40310100,"message":"trade denied due to pattern day trading protection"}', false],
    [422, '{"code":42210000,"message":"asset NOSUCH not found"}', false],
    [500, "not authorized", false],
  ])("is told from a refused order: %i %s", (status, body, isOfKey) => {
    const verdict = judge({ kind: "response", status, body });
    expect(isKeyRefused({ ...verdict, request: 1 as RequestId } as BrokerNews)).toBe(isOfKey);
  });

  it("bars entries at once and wakes one person once", () => {
    const stage = new Stage();
    expect(stage.isBarred).toBe(false);
    stage.give({ kind: "news", news: refusedAs(1 as RequestId) });
    expect(stage.isBarred).toBe(true);
    expect(stage.live.stage.authorities.allowsEntries()).toBe(false);
    stage.refusedFor(10_000);
    expect(stage.pages.filter((text) => text.includes(REVOKED))).toHaveLength(1);
  });

  it("is asked for the books once a minute, and not every two seconds", () => {
    const stage = new Stage();
    stage.refusedFor(5000);
    const looks = stage.refusedFor(600_000);
    expect(looks).toBeGreaterThanOrEqual(9);
    expect(looks).toBeLessThanOrEqual(11);
  });

  it("bars again, with a page, when an operator resumes and it still is refused", () => {
    const stage = new Stage();
    stage.refusedFor(1000);
    stage.operator("resume");
    expect(stage.isBarred).toBe(false);
    stage.refusedFor(61_000);
    expect(stage.isBarred).toBe(true);
    expect(stage.pages.filter((text) => text.includes(REVOKED))).toHaveLength(2);
  });

  it("stays barred when the broker serves us again, until an operator has looked", () => {
    const stage = new Stage();
    stage.refusedFor(1000);
    stage.give({ kind: "news", news: { kind: "absent", request: 2 as RequestId } });
    expect(stage.live.refusedBy).toBeUndefined();
    expect(stage.isBarred).toBe(true);
    stage.operator("resume");
    expect(stage.isBarred).toBe(false);
  });
});

describe("the guardian, when the engine's key is revoked", () => {
  const root = scratchFolder("key-revoked-");
  const noon = ((sessionOn(dayNumber(2026, 3, 3))?.open ?? 0) + 9_000_000_000) as EpochMicros;
  const closers: (() => void)[] = [];
  afterEach(() => {
    for (const close of closers.splice(0)) close();
    rmSync(root, { recursive: true, force: true });
  });
  const pair = (keyId: string) => ({ keyId: new Secret(keyId), secretKey: new Secret("s") });
  const paths = { ingest: "", compute: "", execute: "", ledger: "" };

  /** A broker that knows one key, the engine's end of the line, and a guardian started as the system starts it. */
  async function world(own: string | undefined) {
    const broker = new ArithmeticBroker(noon, { AAPL: 10, MSFT: -4 });
    const refusals: string[] = [];
    const http = createServer((request, response) => {
      if (request.headers["apca-api-key-id"] === "PKOWN") void arithmeticAnswer(broker, request, response);
      else {
        refusals.push(request.url ?? "");
        response.writeHead(401).end('{"code":40110000,"message":"request is not authorized"}');
      }
    });
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    closers.push(() => http.close());
    closers.push(() => http.closeAllConnections());
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    const stage = new Stage();
    const places = runPlaces(root);
    mkdirSync(join(root, "run"), { recursive: true });
    const now = () => ({ at: noon, mono: 0 });
    const context = { places, instruments, clock: new RealClock(), now, log: () => undefined };
    const driver = { live: stage.live, inputs: 1 };
    const duty = new GuardianDuty(
      context as unknown as StageContext,
      driver as ExecuteDriver,
      () => undefined,
    );
    await duty.listen();
    const timers = [
      setInterval(() => duty.beat(), BEAT_EVERY_MS),
      setInterval(() => duty.keepLease(), LEASE_EVERY_MS),
    ];
    closers.push(() => duty.close(), ...timers.map((timer) => () => clearInterval(timer)));
    const run: RunTerms = {
      ...terms,
      killSwitch: join(root, "killswitch"),
      clock: { machineMs: Date.now(), exchangeAt: noon, speed: 1, skipsClosedHours: false },
      hosts: { ...terms.hosts, trading: url, data: url },
    };
    const guardian = own === undefined ? undefined : pair(own);
    const entry = join(import.meta.dirname, "../src/guardian/main.ts");
    const all = { root, run, credentials: pair("PKREVOKED"), guardian, paths: { ...paths, guardian: entry } };
    const plan = plansOf(all).find(({ id }) => id === "guardian");
    const child: ChildProcess = spawn(plan?.command ?? "", [...(plan?.args ?? [])], {
      env: plan?.env,
      stdio: "inherit",
    });
    closers.push(() => child.kill("SIGKILL"));
    return { broker, stage, refusals };
  }

  const alerts = (): string => {
    const path = join(root, "run", "guardian-alerts.jsonl");
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  };

  const halt = (): void => {
    mkdirSync(join(root, "killswitch"));
    writeFileSync(join(root, "killswitch", "HALT"), "");
  };

  it("closes with a key of its own, and does not wait for an engine that says it is closing and cannot", async () => {
    const { broker, stage, refusals } = await world("PKOWN");
    stage.refusedFor(1000);
    stage.operator("halt");
    expect(stage.live.flattenLine).toBeDefined();
    halt();
    await vi.waitFor(() => expect([...broker.held.values()].map(Math.abs)).toEqual([0, 0]), 8000);
    expect(refusals).toEqual([]);
  }, 20_000);

  it("without one of its own says that it cannot see the account", async () => {
    const { broker } = await world(undefined);
    halt();
    await vi.waitFor(() => expect(alerts()).toContain("cannot see the account"), 15_000);
    expect(broker.sent).toEqual([]);
  }, 20_000);
});
