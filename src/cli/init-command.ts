/** `plimsoll init`: the first minutes with a root of one's own (RUN-7): makes what is missing, keeps what is there. */
import { chmodSync, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { makeFolder, replaceFile } from "../adapters/durable-file.ts";
import { loadConfig } from "../app/config.ts";
import { InputError } from "../domain/assert.ts";
import { type CliContext, tell } from "./context.ts";
import { oneOf } from "./option-values.ts";

const choices = ["adopt", "ignore", "refuse"] as const;
type Choice = (typeof choices)[number];

const ENV_TEMPLATE = `# Keys of an Alpaca account: those of paper begin with PK, of a real one with AK. Never both
# in one file.
# Mode 0600: nobody else may read this file, and the program refuses it otherwise.
ALPACA_API_KEY=
ALPACA_SECRET_KEY=
# A second key of the same account for the guardian: it can close when the first is revoked. May stay empty.
ALPACA_GUARDIAN_KEY_ID=
ALPACA_GUARDIAN_SECRET_KEY=
# Of providers of market data that data sync asks; may stay empty.
POLYGON_API_KEY=
TIINGO_API_KEY=
# Of the channels for alerts that are switched on under alerts.channels; the others may stay empty.
SMTP_USER=
SMTP_PASSWORD=
SLACK_WEBHOOK_URL=
TWILIO_ACCOUNT_SID=
TWILIO_AUTH_TOKEN=
ALERT_WEBHOOK_URL=
ALERT_WEBHOOK_SECRET=
`;

/** The default's own, written out so that who changes a share sees them all (STRAT-1, SYSTEM 19). */
const ENSEMBLE_TEMPLATE = `# Shares of the capital; those that are enabled sum to 1. What each strategy is, and what it
# made on real data, which for most is a loss: docs/strategies. What some need beside bars (the VIX, company reports,
# days for pairs) comes from the lake: data sync, fundamentals import. Without it they enter nothing and say so in:
# plimsoll status
strategies:
  mean_reversion: { enabled: true, allocation: 0.3 }
  relative_volume_breakout: { enabled: true, allocation: 0.25 }
  gap_fill: { enabled: true, allocation: 0.1 }
  vol_managed_momentum: { enabled: true, allocation: 0.1 }
  vix_regime_rotation: { enabled: true, allocation: 0.1 }
  pairs_trading: { enabled: true, allocation: 0.05 }
  quality_smallcap_value: { enabled: true, allocation: 0.05 }
  factor_momentum: { enabled: true, allocation: 0.05 }
`;
const meaning: Readonly<Record<Choice, string>> = {
  adopt: "they become positions of the run: valued, counted, closed when everything is closed",
  ignore: "they are left alone and not counted",
  refuse: "the first start refuses to trade an account that is not empty",
};

export function registerInitCommand(program: Command, context: CliContext): void {
  program
    .command("init")
    .description(
      "make the root and a place for keys, explain the modes, choose what becomes of positions held",
    )
    .option("--positions <choice>", `positions already in the account: ${choices.join(", ")}`)
    .addHelpText("after", "\nExample:\n  plimsoll init --positions refuse")
    .action(async ({ positions }: { positions?: string }) => {
      const given = positions === undefined ? undefined : oneOf("--positions", positions, choices);
      const root = context.root();
      const choice = given ?? (await askedChoice(context));
      const made = [
        privateRoot(root),
        envFile(root),
        choice === undefined ? undefined : overlay(root, choice),
      ];
      const steps = made.filter((step) => step !== undefined);
      tell(context, { root, positions: choice ?? null, steps }, () => text(context, steps, choice));
    });
}

interface Step {
  readonly path: string;
  readonly did: "made" | "kept" | "closed to others";
  readonly note?: string;
}

function privateRoot(root: string): Step {
  const isThere = existsSync(root);
  makeFolder(root);
  if (!isThere || process.platform === "win32") return { path: root, did: isThere ? "kept" : "made" };
  if ((statSync(root).mode & 0o777) === 0o700) return { path: root, did: "kept" };
  chmodSync(root, 0o700);
  return { path: root, did: "closed to others", note: "mode 0700" };
}

function envFile(root: string): Step {
  const path = join(root, ".env");
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) {
    replaceFile(path, ENV_TEMPLATE);
    return { path, did: "made", note: "write your keys into it" };
  }
  const isOpen = process.platform !== "win32" && (status.mode & 0o177) !== 0;
  return { path, did: "kept", ...(isOpen ? { note: `others may read it; run: chmod 600 ${path}` } : {}) };
}

function overlay(root: string, choice: Choice): Step {
  const path = join(root, "config.yaml");
  const symbols = loadConfig().live.symbols.join(", ");
  const text =
    `# Positions in the account at a first start: ${meaning[choice]}.\n` +
    `live:\n  positions: ${choice}\n  symbols: [${symbols}]\n\n${ENSEMBLE_TEMPLATE}`;
  if (existsSync(path)) return { path, did: "kept", note: `set live.positions: ${choice} in it yourself` };
  replaceFile(path, text);
  return { path, did: "made", note: `give it to start: --config ${path}` };
}

/** People in front of a terminal are asked; a script is not. */
async function askedChoice(context: CliContext): Promise<Choice | undefined> {
  const { stdin, stderr } = process;
  if (stdin.isTTY !== true || stderr.isTTY !== true || context.json() || context.quiet()) return undefined;
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    for (const choice of choices) context.err(`  ${choice.padEnd(7)} ${meaning[choice]}`);
    const typed = (await lines.question("Positions already in the account [refuse]: ")).trim();
    return typed === "" ? "refuse" : oneOf("positions", typed, choices);
  } catch (error) {
    if (error instanceof InputError) throw error;
    return undefined;
  } finally {
    lines.close();
  }
}

function text(context: CliContext, steps: readonly Step[], choice: Choice | undefined): string {
  const done = steps.map(({ path, did, note }) => `${path}: ${did}${note === undefined ? "" : `; ${note}`}`);
  const overlay = join(context.root(), "config.yaml");
  const withConfig = choice === undefined ? "" : ` --config ${overlay}`;
  return [
    ...done,
    "",
    "demo   a built-in exchange; no keys, no network:          plimsoll start",
    `paper  invented money at Alpaca; keys that begin with PK:  plimsoll start --mode paper${withConfig}`,
    "live   real money; keys that begin with AK, mode: live in the configuration, and once: plimsoll arm",
    "",
    "Check everything with: plimsoll doctor",
  ].join("\n");
}
