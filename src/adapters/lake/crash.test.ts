/**
 * Goal: an import killed at any moment leaves the old lake or the new one, and the next import just works.
 * Method: real processes and SIGKILL. The child says where it is, the parent strikes there (LAKE-2).
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dayNumber, type EpochMicros, startOfDay } from "../../domain/time.ts";
import { createLake } from "./lake.ts";

const now = startOfDay(dayNumber(2026, 1, 1)) as EpochMicros;
const symbols = Array.from({ length: 20 }, (_, i) => `S${String(i).padStart(2, "0")}`);
const folder = mkdtempSync(join(tmpdir(), "plimsoll-crash-"));
const child = join(folder, "import.mjs");
const request = (path: string) => ({ files: [path], timeframe: "1d", adjustment: "raw", now }) as const;

beforeAll(() => {
  writeFileSync(
    child,
    `import { writeSync } from "node:fs";
     import { createLake } from ${JSON.stringify(new URL("./lake.ts", import.meta.url).href)};
     const [root, path] = process.argv.slice(2);
     const onProgress = ({ step, done }) => writeSync(1, step + " " + done + "\\n");
     await createLake(root).importFiles({ ...${JSON.stringify(request(""))}, files: [path], onProgress });
     writeSync(1, "done\\n");`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function bars(price: number): string {
  const days = ["2024-01-02", "2024-01-03", "2024-01-04"];
  const rows = symbols.flatMap((symbol) =>
    days.map((day) => `${symbol},${day},${price},${price},${price},${price},1`),
  );
  const path = join(folder, `bars-${price}.csv`);
  writeFileSync(path, ["symbol,date,open,high,low,close,volume", ...rows, ""].join("\n"));
  return path;
}

/** Runs an import in a process of its own and kills it when it says `at`. True when it was killed before the end. */
async function killedAt(root: string, path: string, at: string): Promise<boolean> {
  const importing = spawn(process.execPath, [child, root, path], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => {
    importing.on("close", (_, signal) => resolve(signal));
  });
  for await (const line of createInterface({ input: importing.stdout })) {
    if (line === at) importing.kill("SIGKILL");
  }
  return (await ended) === "SIGKILL";
}

/** The one price that all bars of the lake have. */
async function priceOf(root: string): Promise<number> {
  const lake = createLake(root);
  const { columns } = await lake.loadBars({ symbols: "all", timeframe: "1d" });
  expect(columns.close).toHaveLength(symbols.length * 3);
  expect(new Set(columns.close).size).toBe(1);
  const { damaged, series } = await lake.verify();
  expect(damaged).toEqual([]);
  expect(series.every(({ remarks }) => remarks.length === 0)).toBe(true);
  lake.close();
  return columns.close[0]!;
}

it("wherever it is killed, the lake is the old one or the new one", async () => {
  const root = join(folder, "root");
  const lake = createLake(root);
  await lake.importFiles(request(bars(1)));
  let price = 1;
  let kills = 0;
  for (const at of ["read 60", "write 1", "write 7", "write 19", "write 20", "done"]) {
    const next = price + 1;
    const killed = await killedAt(root, bars(next), at);
    if (killed) kills += 1;
    const after = await priceOf(root);
    expect([price, next]).toContain(after);
    if (at.startsWith("read") || at === "write 1") expect(after).toBe(price);
    if (!killed || at === "done") expect(after).toBe(next);
    price = after;
  }
  expect(kills).toBeGreaterThanOrEqual(4);

  // The dead writer's lock, files in the making and files nobody names are no obstacle and do not pile up.
  await lake.importFiles(request(bars(99)));
  expect(await priceOf(root)).toBe(99);
  lake.close();
  expect(existsSync(join(root, "data/lake.lock"))).toBe(false);
  await createLake(root).compact();
  const left = readdirSync(join(root, "data"), { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  expect(left.map(({ name }) => name).filter((name) => name.endsWith(".parquet"))).toHaveLength(
    symbols.length,
  );
  expect(left.filter(({ name }) => name.includes("unfinished"))).toEqual([]);
});

it("a first import that is killed leaves an empty lake, not half a one", async () => {
  const root = join(folder, "fresh");
  await killedAt(root, bars(1), "write 3");
  const lake = createLake(root);
  expect(lake.list()).toEqual([]);
  expect(await lake.importFiles(request(bars(1)))).toMatchObject({ imported: 60, duplicates: 0 });
  lake.close();
});
