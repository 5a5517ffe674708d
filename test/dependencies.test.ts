/**
 * Goal: nothing is installed that is not accounted for. Every direct dependency has its row, its version is
 * exact and the one that the lock holds, and no package runs code of its own while it is installed.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const ROOT = join(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

const versions = z.record(z.string(), z.string());
const manifest = z
  .object({
    dependencies: versions,
    devDependencies: versions,
    optionalDependencies: versions.default({}),
    overrides: versions.default({}),
    allowScripts: z.record(z.string(), z.boolean()).default({}),
  })
  .parse(JSON.parse(read("package.json")));
const lockEntry = z.object({
  version: z.string().optional(),
  license: z.string().optional(),
  resolved: z.unknown().optional(),
  hasInstallScript: z.boolean().default(false),
});
const lock = z
  .object({ lockfileVersion: z.literal(3), packages: z.record(z.string(), lockEntry) })
  .parse(JSON.parse(read("package-lock.json")));

const direct = new Map(
  [
    manifest.dependencies,
    manifest.devDependencies,
    manifest.optionalDependencies,
    manifest.overrides,
  ].flatMap((part) => Object.entries(part)),
);

interface Row {
  readonly version: string;
  readonly licence: string;
  readonly cells: readonly string[];
}

/** Rows of all tables of the page, by package; a package that stands twice is two rows. */
function rowsOf(page: string): readonly (readonly [name: string, row: Row])[] {
  return page.split("\n").flatMap((line) => {
    const cells = line.startsWith("| `") ? line.split("|").slice(1, -1) : [];
    const [name = "", version = "", licence = "", ...rest] = cells.map((cell) => cell.trim());
    return name === "" ? [] : [[name.replaceAll("`", ""), { version, licence, cells: rest }] as const];
  });
}

const rows = rowsOf(read("docs/dependencies.md"));
const rowOf = new Map(rows);

/** Package name of a place in the tree: `node_modules/a/node_modules/@b/c` is `@b/c`. */
const nameOf = (place: string): string => place.split("node_modules/").at(-1) ?? place;
const installed = Object.entries(lock.packages).filter(([place]) => place !== "");

/** Install scripts that the manifest does not deny, by package. */
function undeniedScripts(
  packages: readonly (readonly [place: string, entry: { readonly hasInstallScript: boolean }])[],
  allowScripts: Readonly<Record<string, boolean>>,
): string[] {
  return packages
    .filter(([place, { hasInstallScript }]) => hasInstallScript && allowScripts[nameOf(place)] !== false)
    .map(([place]) => nameOf(place));
}

/** One version and no other: no range, tag, address or alias. */
const isExact = (version: string): boolean => /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/.test(version);

describe("docs/dependencies.md", () => {
  it("has one row for every direct dependency and override, and no other", () => {
    expect(rows.map(([name]) => name).toSorted()).toEqual([...direct.keys()].toSorted());
  });

  it.each([...direct])(
    "%s stands there with version %s, its licence, a reason and a way out",
    (name, version) => {
      const row = rowOf.get(name);
      expect(row?.version).toBe(version);
      expect(row?.licence).toBe(lock.packages[`node_modules/${name}`]?.license);
      expect(row?.cells.map((cell) => cell.length > 0)).toEqual([true, true]);
    },
  );
});

describe("package.json", () => {
  it("pins every version exactly", () => {
    expect([...direct].filter(([, version]) => !isExact(version))).toEqual([]);
  });

  it("allows no install script", () => {
    expect(Object.entries(manifest.allowScripts).filter(([, allowed]) => allowed)).toEqual([]);
    expect(read(".npmrc").split("\n")).toContain("strict-allow-scripts=true");
  });

  it.each([
    "^1.2.3",
    "~1.2.3",
    "1.2",
    "1.x",
    "*",
    "latest",
    ">=1.0.0",
    "npm:a@1.2.3",
    "file:../a",
    "1.2.3 || 2.0.0",
  ])("%s would not count as exact", (version) => {
    expect(isExact(version)).toBe(false);
  });
});

describe("package-lock.json", () => {
  it("holds the versions of package.json", () => {
    const other = [...direct].filter(
      ([name, version]) => lock.packages[`node_modules/${name}`]?.version !== version,
    );
    expect(other).toEqual([]);
  });

  it("names no place to download from", () => {
    const named = Object.entries(lock.packages).filter(([, { resolved }]) => resolved !== undefined);
    expect(installed.length).toBeGreaterThan(100);
    expect(named.map(([place]) => place)).toEqual([]);
    expect(read("package-lock.json")).not.toContain('"resolved"');
  });

  it("has no package whose install script is not denied", () => {
    expect(undeniedScripts(installed, manifest.allowScripts)).toEqual([]);
  });

  it("a script that nobody spoke of, or that is allowed, counts as not denied", () => {
    const tree = ["node_modules/a", "node_modules/a/node_modules/@b/c", "node_modules/d"].map(
      (place) => [place, { hasInstallScript: true }] as const,
    );
    expect(undeniedScripts(tree, { a: true, d: false })).toEqual(["a", "@b/c"]);
  });
});

it("NOTICE has what the built page carries, in the locked versions, and the page has the notice that is asked for", () => {
  const notice = read("NOTICE");
  // What Svelte makes of a list of classes is its only own part of others.
  const carried = ["svelte", "clsx", "uplot", "lightweight-charts"];
  const deeper = Object.keys(
    z
      .object({ dependencies: versions })
      .parse(JSON.parse(read("node_modules/lightweight-charts/package.json"))).dependencies,
  );
  expect(deeper).toEqual(["fancy-canvas"]);
  for (const name of [...carried, ...deeper])
    expect(notice).toContain(`\n${name} ${lock.packages[`node_modules/${name}`]?.version}\n`);
  const [, year] =
    /Copyright \(c\) (\d{4}) TradingView/.exec(
      read("node_modules/lightweight-charts/dist/lightweight-charts.production.mjs"),
    ) ?? [];
  expect(notice).toContain(`Copyright (c) ${year} TradingView, Inc. https://www.tradingview.com/`);
  const chart = read("src/dashboard/web/views/orders/bar-chart.svelte");
  expect(chart).toContain(`Copyright © ${year} TradingView, Inc.`);
  expect(chart).toContain('href="https://www.tradingview.com/" target="_blank" rel="noopener noreferrer"');
});
