/** `plimsoll arm`: the word of a person that a real account may be traded, for these settings and 30 days (RUN-4). */
import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { requireAgreement } from "../adapters/brokers/alpaca/credentials.ts";
import { liveHosts } from "../adapters/brokers/alpaca/hosts.ts";
import { arm, disarm, suffixOf } from "../app/live/arm-file.ts";
import { accountNumber } from "../app/live/broker-reads.ts";
import { requireCredentials, runHosts } from "../app/live/interlock.ts";
import { tradedConfig } from "../app/traded-config.ts";
import { tradingHash } from "../app/trading-hash.ts";
import { InputError } from "../domain/assert.ts";
import { type CliContext, tell } from "./context.ts";
import { givenConfig } from "./given-config.ts";

export function registerArmCommand(program: Command, context: CliContext): void {
  program
    .command("arm")
    .description("allow this account to be traded for real: its number typed, these settings, 30 days")
    .option("--account <number>", "the whole account number (default: typed when asked)")
    .option("--off", "take the word back")
    .addHelpText("after", "\nExample:\n  plimsoll arm --config my-live.yaml")
    .action(async (given: { account?: string; off?: boolean }) => {
      if (given.off === true) {
        disarm(context.root());
        tell(context, { armed: false }, () => "arm: nothing is armed any more; a running system goes on");
        return;
      }
      await armed(context, given.account);
    });
}

async function armed(context: CliContext, given: string | undefined): Promise<void> {
  const config = givenConfig(context);
  if (config.mode !== "live")
    throw new InputError(`arm: the configuration says mode: ${config.mode}; set mode: live there first`, 3);
  const hash = tradingHash(tradedConfig(config, "live"));
  const root = context.root();
  const credentials = requireCredentials({ mode: "live", root, env: process.env, folder: process.cwd() });
  requireAgreement(credentials, liveHosts, "live");
  const account = await accountNumber(credentials, runHosts(liveHosts));
  const typed =
    given ?? (await ask(`REAL MONEY. Account ending in ${suffixOf(account)}: type its whole number: `));
  const result = arm(root, { typed, account, configHash: hash, nowMs: Date.now() });
  const { until } = result;
  tell(context, { armed: true, suffix: suffixOf(account), configHash: hash, until }, () =>
    [
      `armed until ${until}: the account ending in ${suffixOf(account)}, configuration ${hash}`,
      "start it with: plimsoll start --mode live; any other setting needs another plimsoll arm",
    ].join("\n"),
  );
}

/** One line from standard input; nothing where there is none. */
async function ask(question: string): Promise<string> {
  const { stdin, stderr } = process;
  const lines = createInterface({ input: stdin });
  stderr.write(stdin.isTTY ? question : "");
  try {
    for await (const line of lines) return line;
    return "";
  } finally {
    lines.close();
  }
}
