/**
 * Goal: `data sync` killed at any request goes on where it stopped: symbols that were done are not asked for again, and
 * the lake is the one of a sync that nobody killed, byte for byte. Method: a real process against a provider on the
 * loopback that kills it at the n-th request; the same command again.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dayOf, type EpochMicros } from "../src/domain/time.ts";
import { type Provider, type ServedProvider, serveProvider } from "./recorded-provider.ts";
import { jsonLine, runLine } from "./run-line.ts";
import { someBars, sourceCases } from "./source-replies.ts";

const yahoo = sourceCases.find(({ definition }) => definition.id === "yahoo");
const SYMBOLS = ["AAPL", "AMZN", "MSFT", "NVDA"];
/** From 2024-01-02 to 2024-03-28. */
const SESSIONS = 61;
const ENTRY = join(import.meta.dirname, "..", "src", "cli", "main.ts");

let folder = "";
let provider: ServedProvider;
let hook: (count: number) => void = () => undefined;
let count = 0;
let reply: Provider | undefined;

const replay: Provider = (asked) => {
  count += 1;
  hook(count);
  if (reply !== undefined) return reply(asked);
  const query = new URLSearchParams(asked.path.split("?")[1]);
  const day = (name: string) => dayOf((Number(query.get(name)) * 1e6) as EpochMicros);
  const range = {
    timeframe: "1d",
    from: day("period1"),
    to: (day("period2") - 1) as ReturnType<typeof day>,
  } as const;
  return { status: 200, body: yahoo?.body(someBars(range)) ?? "" };
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "plimsoll-sync-kill-"));
  provider = await serveProvider(replay);
  count = 0;
  reply = undefined;
  hook = () => undefined;
});
afterEach(async () => {
  await provider.close();
  rmSync(folder, { recursive: true, force: true });
});

const line = (root: string, ...more: readonly string[]): string[] => [
  ...["data", "sync", "--source", "yahoo", "--symbols", SYMBOLS.join(","), "--from", "2024-01-02"],
  ...["--to", "2024-03-28", "--timeframe", "1d", "--root", join(folder, root)],
  ...["--set", `data.origins.yahoo=${provider.origin}`, "--set", "data.perMinute.yahoo=6000", ...more],
];

/** Every file of the lake with its bytes. */
function lakeOf(root: string): Record<string, string> {
  const data = join(folder, root, "data");
  const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(data, path), readFileSync(path, "latin1")];
    }),
  );
}

describe.each([1, 3])("killed at request %i", (at) => {
  it("the next run asks for what is missing and ends with the same lake", async () => {
    const child: ChildProcess = spawn(process.execPath, [ENTRY, ...line("killed")], { stdio: "ignore" });
    const ended = new Promise<NodeJS.Signals | null>((resolve) => {
      child.once("close", (_, signal) => resolve(signal));
    });
    hook = (n) => void (n === at && child.kill("SIGKILL"));
    expect(await ended).toBe("SIGKILL");
    hook = () => undefined;
    count = 0;
    expect(await jsonLine(line("killed"))).toMatchObject({
      imported: SESSIONS * (SYMBOLS.length - at + 1),
      upToDate: at - 1,
      requests: { asked: SYMBOLS.length - at + 1 },
    });
    expect(await jsonLine(line("whole"))).toMatchObject({ imported: SESSIONS * SYMBOLS.length });
    expect(lakeOf("killed")).toEqual(lakeOf("whole"));
    expect(readdirSync(join(folder, "killed", "sync")).toSorted()).toEqual(["covered.json"]);
  }, 30_000);
});

describe("exit codes", () => {
  it("0 where all is up to date, 1 where a symbol is not, 2 for a wrong line; no key in any of them", async () => {
    const good = await runLine(line("one"));
    expect(good).toMatchObject({ code: 0, err: "" });
    expect(good.out).toContain("244 bars of 4 symbol(s) imported, 2024-01-02 to 2024-03-28");
    reply = ({ path }) => (path.includes("MSFT") ? { status: 401 } : (yahoo?.unknown ?? "reset"));
    const bad = await runLine(line("two"));
    expect(bad.code).toBe(1);
    expect(bad.err).toMatch(
      /^plimsoll: 4 of 4 symbol\(s\) not brought up to date, first AAPL: yahoo answered 404/,
    );
    expect(bad.err.trim().split("\n")).toHaveLength(1);
    for (const [wrong, said] of [
      [["--timeframe", "1s"], '--timeframe "1s" is not known; give 1d, 5m, 1m'],
      [["--timeframe", "1m"], "--source yahoo has no 1m split bars; it has 1d split|full"],
      [["--symbols", "all"], "--symbols all: no source lists all there is"],
      [["--symbols", "A A"], '--symbols "A A" is not 1 to 24 of'],
      [["--source", "IEX Cloud"], "IEX Cloud closed in August 2024; its role has Alpaca's iex feed"],
      [["--set", "data.sources=[iexcloud]"], "IEX Cloud closed in August 2024"],
      [["--set", "data.origins.yahoo=http://example.com"], "must be https://HOST"],
      [["--source", "polygon"], "POLYGON_API_KEY is not set"],
      [["--to", "2023-01-02"], "--from 2024-01-02 is after --to 2023-01-02"],
    ] as const) {
      const { code, err } = await runLine(line("three", ...wrong));
      expect([code, err], wrong.join(" ")).toEqual([2, expect.stringContaining(said)]);
    }
  });

  it("a key that a provider echoes is told nowhere", async () => {
    const key = "POLYKEY-5566-7788";
    reply = () => ({ status: 403, body: JSON.stringify({ status: "ERROR", error: `no plan for ${key}` }) });
    const words = [
      ...line("four"),
      "--source",
      "polygon",
      "--set",
      `data.origins.polygon=${provider.origin}`,
    ];
    const { code, out, err } = await runLine([...words, "--json"], { POLYGON_API_KEY: key });
    expect([code, count]).toEqual([1, 1]);
    expect(provider.asked[0]?.headers.authorization).toBe(`Bearer ${key}`);
    expect(`${out}${err}`).toContain("no plan for ***");
    expect(`${out}${err}`).not.toContain(key);
  });
});

describe("--symbols @sp500", () => {
  const page = (count: number) => {
    const rows = Array.from({ length: count }, (_, i) => {
      const symbol = `A${String.fromCharCode(65 + (i % 26), 65 + (Math.floor(i / 26) % 26))}`;
      return `<tr>\n<td><a href="x">${symbol}</a>\n</td>\n<td>Name &amp; Co</td><td>Energy<sup>[1]</sup></td></tr>`;
    });
    const head = "<tr><th>Symbol</th><th>Security</th><th>GICS Sector</th></tr>";
    return `<html><table class="wikitable" id="constituents"><tbody>${head}${rows.join("")}</tbody></table></html>`;
  };

  it("are those of Wikipedia's table, if it is the index; of a file where one is set", async () => {
    const words = line("five").filter((word) => word !== SYMBOLS.join(","));
    words.splice(words.indexOf("--symbols") + 1, 0, "@sp500");
    words.push("--set", `data.origins.wikipedia=${provider.origin}`);
    reply = ({ path }) => (path.startsWith("/wiki/") ? { status: 200, body: page(12) } : "reset");
    expect((await runLine(words)).err).toContain(
      "Wikipedia's table has 12 names, the index has 500 and a few",
    );
    reply = ({ path }) =>
      path.startsWith("/wiki/") ? { status: 200, body: page(503).slice(0, -20) } : "reset";
    expect((await runLine(words)).err).toContain("@sp500: wikipedia answered");
    reply = ({ path }) => (path.startsWith("/wiki/") ? { status: 200, body: page(503) } : { status: 403 });
    expect((await runLine(words)).err).toContain("503 of 503 symbol(s) not brought up to date, first AAA");
    expect((await runLine([...words, "--set", "data.members=/nowhere.csv"])).err).toContain("data.members");
  });
});
