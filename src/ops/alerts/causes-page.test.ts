/** Goal: the page of alerts lists the causes that there are, with the level and the cure of each. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { alertCauses, RUNBOOK } from "./alert-causes.ts";

const page = readFileSync(join(import.meta.dirname, "..", "..", "..", "docs", "alerts.md"), "utf8");

it("has a row for each cause, and no other", () => {
  const rows = page.split("## Causes")[1]?.match(/^\| `.*$/gm) ?? [];
  expect(rows).toEqual(
    alertCauses.map(
      ({ id, level, runbook, about }) => `| \`${id}\` | ${level} | \`${RUNBOOK}#${runbook}\` | ${about} |`,
    ),
  );
});
