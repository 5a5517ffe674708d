/**
 * Goal: what Prometheus and Grafana are told to show is what the program offers, and every panel says what it shows, in
 * which unit and where the cure stands. Method: every name in rules, panels and pages against the families; the rules'
 * own checks stand in test/system, where promtool is.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { panelRows } from "../scripts/grafana-panels.ts";
import { dashboard, dashboardPath, metricsPage, pagePath } from "../scripts/metrics-pages.ts";
import { parseYaml } from "../src/adapters/yaml-file.ts";
import { families } from "../src/ops/metrics/families.ts";

const read = (path: string) => readFileSync(join(import.meta.dirname, "..", path), "utf8");

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
const rulesOf = (file: string) =>
  (parseYaml(read(`deploy/prometheus/${file}`), file) as { groups: { rules: Rule[] }[] }).groups.flatMap(
    ({ rules }) => rules,
  );
const recorded = rulesOf("recording-rules.yml");
const alerts = rulesOf("alert-rules.yml");

const kinds = new Map(families.map(({ name, kind }) => [name, kind]));
const labels = new Map(families.map(({ name, labels: own }) => [name, own]));
const records = new Set(recorded.map(({ record }) => record));

/** What an expression names that nobody offers, or under a label that it does not have. */
function unknownIn(expression: string): string[] {
  const names = [...expression.matchAll(/\btrader_[a-z_0-9]+/g)].map(([name]) => name);
  const strangers = names.filter((name) => {
    const family = name.replace(/_(?:bucket|sum|count)$/, "");
    return (
      !kinds.has(name) && !(name !== family && ["histogram", "summary"].includes(kinds.get(family) ?? ""))
    );
  });
  const made = [...expression.matchAll(/\btrader:[a-z_0-9:]+/g)].filter(([name]) => !records.has(name));
  const selected = [...expression.matchAll(/\b(trader_[a-z_0-9]+)\{([^}]*)\}/g)].flatMap(
    ([, name = "", inside = ""]) =>
      [...inside.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g)].flatMap(([, label = ""]) =>
        labels.get(name)?.includes(label) === true ? [] : [`${name}{${label}}`],
      ),
  );
  return [...strangers, ...made.map(([name]) => name), ...selected];
}

describe("rules and alerts", () => {
  it("name nothing that is not offered", () => {
    for (const { expr } of [...recorded, ...alerts]) expect([expr, unknownIn(expr)]).toEqual([expr, []]);
    expect(unknownIn('rate(trader_moon_total[5m]) + trader_state{moon="x"} + trader:moon')).toEqual([
      ...["trader_moon_total", "trader:moon", "trader_state{moon}"],
    ]);
  });

  it("each say what happened, how urgent it is, and which page of the runbook cures it", () => {
    for (const { alert, labels: own, annotations = {} } of alerts) {
      expect([alert, ["page", "ticket", "none"].includes(own?.severity ?? "")]).toEqual([alert, true]);
      expect([alert, annotations.summary, annotations.description]).toEqual([
        alert,
        expect.any(String),
        expect.any(String),
      ]);
      expect([alert, annotations.runbook]).toEqual([
        alert,
        expect.stringMatching(/^docs\/RUNBOOK\.md#[a-z-]+$/),
      ]);
    }
  });

  it("wait for the market's hours where they are about its data, and nowhere else", () => {
    const waits = alerts
      .filter(({ labels: own }) => own?.inhibit === "market-hours")
      .map(({ alert }) => alert);
    expect(waits.toSorted()).toEqual(["TraderFeedDownExposed", "TraderFeedLate"]);
    for (const { alert, expr } of alerts.filter(({ alert: name }) => waits.includes(name)))
      expect([alert, expr]).toEqual([alert, expect.stringContaining("trader_market_open")]);
    expect(alerts.find(({ alert }) => alert === "Watchdog")?.expr).toBe("vector(1)");
  });

  it("are all of the specification's", () => {
    const names = new Set(alerts.map(({ alert }) => alert));
    for (const name of [
      ...["Halted", "NotFlat", "UnmanagedExposure", "GuardianSilent", "EngineSilent", "UnknownOrder"],
      ...[
        "ReconciliationUnexplained",
        "FeedDownExposed",
        "HashChainBroken",
        "JournalFailed",
        "BuildMismatch",
      ],
      ...[
        "AlertsUndelivered",
        "BudgetBurnsFast",
        "BudgetBurns",
        "BackupOld",
        "DrillOld",
        "LimitNear",
        "ClockSkew",
      ],
      ...["RejectsMany", "Tombstone", "BudgetHalfGone"],
    ])
      expect([name, names.has(`Trader${name}`)]).toEqual([name, true]);
  });
});

describe("the operator's page", () => {
  it("is made of its panels, and so is the list of families of what the program offers", () => {
    expect(read(dashboardPath), "run: npm run metrics").toBe(dashboard());
    expect(read(pagePath), "run: npm run metrics").toBe(metricsPage());
  });

  it("has five rows, in the order in which an operator asks", () => {
    expect(panelRows.map(({ title }) => title)).toEqual([
      ...["Can it trade?", "Money", "Orders", "Machine", "Audit"],
    ]);
  });

  it("names nothing that is not offered; each panel has a unit, a description and a link to its cure", () => {
    interface Shown {
      readonly type: string;
      readonly title: string;
      readonly description: string;
      readonly links: readonly { readonly url: string }[];
      readonly fieldConfig: { readonly defaults: { readonly unit: string } };
      readonly targets: readonly { readonly expr: string }[];
    }
    const page = JSON.parse(read(dashboardPath)) as {
      readonly panels: readonly Shown[];
      readonly annotations: { readonly list: readonly { readonly expr: string }[] };
    };
    const panels = page.panels.filter(({ type }) => type !== "row");
    expect(panels.length).toBeGreaterThan(30);
    for (const { title, description, links, fieldConfig, targets } of panels) {
      expect([title, description.length > 10, fieldConfig.defaults.unit]).toEqual([
        title,
        true,
        expect.any(String),
      ]);
      expect([title, links[0]?.url]).toEqual([title, expect.stringMatching(/^docs\/RUNBOOK\.md#[a-z-]+$/)]);
      for (const { expr } of targets) expect([title, unknownIn(expr)]).toEqual([title, []]);
    }
    for (const { expr } of page.annotations.list) expect(unknownIn(expr)).toEqual([]);
  });
});
