/** A found rule as a file that a person can read, change and run: a strategy of their own (STRAT-3, RES-2). */
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { replaceFile } from "../../adapters/durable-file.ts";
import { outputFile } from "../../adapters/output-place.ts";
import { number, percent } from "../../app/formats.ts";
import { InputError } from "../../domain/assert.ts";
import { canonical, type Expression, operatorOf } from "../../features/formula/expression.ts";
import { parseRule } from "../../features/formula/formula.ts";
import { windows } from "../../features/formula/operators.ts";
import { readResult, readRun } from "./discovery-record.ts";
import type { Candidate, DiscoveryResult, RangeFigures } from "./discovery-result.ts";

export interface ExportedStrategy {
  readonly strategy: string;
  readonly file: string;
  readonly passed: boolean;
}

/** Throws InputError where the search is not finished or found nothing, and where the file is there already. */
export function exportStrategy(root: string, id: string, out: string | undefined): ExportedStrategy {
  const named = out === undefined ? undefined : outputFile(out, "found.ts");
  readRun(root, id);
  const result = readResult(root, id);
  if (result === undefined)
    throw new InputError(`discover export ${id}: is not finished; plimsoll discover resume ${id}`, 1);
  const { candidate, passed } = result;
  if (candidate === null)
    throw new InputError(`discover export ${id}: no rule of it traded enough to be judged`, 1);
  const { strategy } = candidate;
  const file = named ?? outputFile(join("strategies", `${strategy.replaceAll("_", "-")}.ts`), "found.ts");
  if (!/^[a-z0-9-]+\.ts$/.test(basename(file)))
    throw new InputError(`--out ${out ?? file}: give a name of a to z, digits and -, ending with .ts`);
  const text = strategyText(result, candidate);
  if (existsSync(file) && readFileSync(file, "utf8") !== text)
    throw new InputError(`--out ${out ?? file}: is there already; give another name`);
  replaceFile(file, text);
  return { strategy, file, passed };
}

interface Setting {
  readonly name: string;
  readonly value: number;
  readonly isWindow: boolean;
}

/** The text of a formula with its numbers taken out as settings. */
function withSettings(expression: Expression, settings: Setting[]): string {
  const { name, args } = expression;
  if (args.length === 0) return name;
  const asked = operatorOf(expression)?.args ?? [];
  const texts = args.map((arg, n) => {
    if (arg.name !== "") return withSettings(arg, settings);
    const isWindow = asked[n] === "window";
    const count = settings.filter((one) => one.isWindow === isWindow).length + 1;
    const setting = { name: `${isWindow ? "window" : "level"}${count}`, value: arg.value, isWindow };
    settings.push(setting);
    return `\${${setting.name}}`;
  });
  return `${name}(${texts.join(", ")})`;
}

/** Spelt apart: it is an import of another file, not of this one. */
const FROM = "from";

export function strategyText(result: DiscoveryResult, candidate: Candidate): string {
  const parsed = parseRule(candidate.rule);
  const settings: Setting[] = [];
  const [entry, exit, size] = [parsed.entry, parsed.exit, parsed.size].map((part) => {
    const text = withSettings(canonical(part), settings);
    return text.includes("${") ? `\`${text}\`` : JSON.stringify(text);
  });
  const names = settings.map(({ name }) => name).join(", ");
  return `/**
${comment(result, candidate)}
 */
import { defineStrategy, formula, output, z } ${FROM} "plimsoll/strategy";

const params = z.strictObject({
${settings.map(settingLine).join("\n")}
});

export const strategy = defineStrategy({
  id: "${candidate.strategy}",
  card: {
    idea: "A rule found by evolution; nobody knows why it should pay.",
    source: "plimsoll discover, ${result.id}",
    failsWhen: "What was found was luck, or the market no longer pays for it.",
  },
  timeframes: ["1d"],
  params,
  sizing: "allocation",
  acceptsMissing: true,
  reasons: { entry: "the entry rule holds, size {0}", exit: "the exit rule holds" },
  memory: {},
  features: (${names === "" ? "" : `{ ${names} }`}) => {
    const rule = formula({
      entry: ${entry},
      exit: ${exit},
      size: ${size},
    });
    return { entry: output(rule, "entry"), exit: output(rule, "exit"), size: output(rule, "size") };
  },

  decide(view) {
    const { entry, exit, size } = view.feature;
    for (let n = 0; n < view.size; n++) {
      const i = view.instrument(n);
      const leaves = exit.at(i) === 1;
      if (view.position(i) !== 0) {
        if (leaves) view.exit(i, "exit");
      } else if (entry.at(i) === 1 && !leaves && size.at(i) > 0) {
        view.enter({ instrument: i, conviction: size.at(i) }, "entry", size.at(i));
      }
    }
  },
});
`;
}

const settingLine = ({ name, value, isWindow }: Setting): string =>
  isWindow
    ? `  ${name}: z.int().min(2).max(${windows.at(-1)}).default(${value}),`
    : `  ${name}: z.number().default(${value}),`;

function comment(result: DiscoveryResult, candidate: Candidate): string {
  const { trials, earlierTrials, verdict, passed, reasons, from, vaultFrom, to, symbols } = result;
  const { words, fast, engine, strategy } = candidate;
  const tried = trials + earlierTrials;
  const lines = [
    `${strategy}: found by a search, not thought of by anybody.`,
    "",
    `Enter   when ${words.entry}.`,
    `Leave   when ${words.exit}; this goes before entering.`,
    `Size    ${words.size}, as a share of one slot: more than 1 is 1, less than 0.1 is none.`,
    "        Decided at the close, filled at the next open, long only. Percents are read as fractions.",
    "",
    `Search  ${result.id}, ${symbols} symbols, seed ${result.seed}, ${result.costBps} bps a side.`,
    `Bred    ${from} to the day before ${vaultFrom}: ${told(fast.evolution)}`,
    `        by the engine, with configured costs and limits: ${told(engine.evolution)}`,
    `Vault   ${vaultFrom} to ${to}: ${told(fast.vault)}`,
    `        by the engine: ${told(engine.vault)}`,
    `        holding all symbols: ${told(result.holding.vault)}`,
    `Gates   deflated Sharpe in excess of holding ${figure(verdict?.deflatedSharpe)}, outright ` +
      `${figure(verdict?.deflatedOutright)}, overfitting ${figure(verdict?.overfitting)}.`,
    "",
    `WARNING ${tried} rules were tried to find this one. The best of so many looks good by luck alone: what it did`,
    "        on the days it was bred on proves nothing, and the vault has been opened now.",
    ...(passed
      ? ["        It passed its gates. Trade it on paper before you trust it."]
      : [`        IT DID NOT PASS: ${reasons.join("; ")}. Do not trade it.`]),
  ];
  return lines.map((line) => ` *${line === "" ? "" : ` ${line}`}`).join("\n");
}

const told = ({ sharpe, totalReturn, maxDrawdown }: RangeFigures): string =>
  `Sharpe ${figure(sharpe ?? Number.NaN)}, return ${percent(totalReturn, 1)}, fall ${percent(maxDrawdown, 1)}`;

const figure = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? "not known" : number(value, 3);
