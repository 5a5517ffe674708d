/**
 * Goal: whoever is called in the night finds the section that the alert names, and it says what to do (RELIABILITY 6.8).
 * Method: every reference to the runbook in the repository against its headings; each section has its parts and a length
 * that can be read at once; each command in it is one of the program's.
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCommandLine } from "../src/cli/command-line.ts";

const ROOT = join(import.meta.dirname, "..");
const text = readFileSync(join(ROOT, "docs", "RUNBOOK.md"), "utf8");

/** As the sites that show Markdown make it: small letters, no signs, hyphens for blanks. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

const sections = text
  .split(/^## /m)
  .slice(1)
  .map((part) => {
    const [heading = "", ...lines] = part.split("\n");
    return { heading, body: lines.join("\n") };
  });
const anchors = new Set([
  ...sections.map(({ heading }) => anchorOf(heading)),
  ...[...text.matchAll(/<a id="([\w-]+)">/g)].map(([, id]) => id ?? ""),
]);

/** RELIABILITY 6.8, and the recovery cases of the source documents. */
const CASES = [
  ...["halted-by-loss", "not-flat", "broker-down-with-exposure", "feed-mute", "unknown-order"],
  ...["unexplained-position", "guardian-lost", "disk-full", "corrupted-journal-or-restore", "clock-skew"],
  ...["key-leak-or-rotation", "failed-deploy-or-rollback", "split-or-symbol-change", "account-restricted"],
  ...[
    "alert-channels-down",
    "resume-after-locked",
    "host-loss",
    "system-failure",
    "data-loss",
    "broker-outage",
  ],
];

describe("the runbook", () => {
  it("has every case, under a heading that stands once", () => {
    expect(CASES.filter((id) => !anchors.has(id))).toEqual([]);
    const all = sections.map(({ heading }) => anchorOf(heading));
    expect(all.filter((id, n) => all.indexOf(id) !== n)).toEqual([]);
  });

  it.each(sections)("$heading fits a page, and says when it was last tried", ({ heading, body }) => {
    expect(body.split("\n").length).toBeLessThan(45);
    if (heading !== "Any other alert") expect(body).toMatch(/\*\*Last drill:\*\* \S/);
    if (body.includes("*Alerts:*") || body.includes("**By itself:**")) {
      expect(body).toContain("**You");
      expect(body).toContain("**Keep:**");
    }
  });

  it("every reference to it in the repository leads somewhere", () => {
    const files = globSync(
      ["{src,test,docs,deploy,config,scripts}/**/*.{ts,svelte,md,yaml,yml,json,service}", "*.md"],
      {
        cwd: ROOT,
      },
    );
    const given = files.flatMap((path) => {
      const found = readFileSync(join(ROOT, path), "utf8").matchAll(/RUNBOOK\.md#([\w-]+)/g);
      const within = path === join("docs", "RUNBOOK.md") ? text.matchAll(/\]\(#([\w-]+)\)/g) : [];
      return [...found, ...within].map(([, id = ""]) => ({ path, id }));
    });
    expect(given.length).toBeGreaterThan(15);
    expect(given.filter(({ id }) => !anchors.has(id)).map(({ path, id }) => `${path}: ${id}`)).toEqual([]);
  });

  it("every page that a cause of an alert names is there", () => {
    const named = globSync("src/**/*.ts", { cwd: ROOT }).flatMap((path) =>
      [...readFileSync(join(ROOT, path), "utf8").matchAll(/\brunbook: "([\w-]+)"/g)].map(
        ([, id = ""]) => `${path}: ${id}`,
      ),
    );
    expect(named.filter((one) => !anchors.has(one.split(": ")[1] ?? ""))).toEqual([]);
  });

  it("every command in it is one of the program's", async () => {
    const commands = new Set(
      [...text.matchAll(/(?:`|\$ |&& |; )plimsoll ([a-z][a-z-]*)/g)].map(([, name = ""]) => name),
    );
    const said: string[] = [];
    const put = (line: string) => void said.push(line);
    await runCommandLine(["node", "plimsoll", "--help"], { out: put, err: put });
    const known = new Set(
      [...said.join("").matchAll(/^ {2}([a-z][a-z-]+)(?= |$)/gm)].map(([, name]) => name),
    );
    // Of the channels, which have their command with them.
    const later = new Set(["alerts"]);
    const words = [...commands].filter((name) => !known.has(name) && !later.has(name));
    expect(words).toEqual([]);
  });
});
