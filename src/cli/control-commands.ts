/** Commands of whoever operates a running system (ADMIN-1): each one act, with a reason, written to the audit. */
import type { Command } from "commander";
import type { ControlQuestion } from "../app/live/control-client.ts";
import { operatorName } from "../app/live/operator-name.ts";
import { InputError } from "../domain/assert.ts";
import { type CliContext, tell } from "./context.ts";
import { askSystem, writeHalt } from "./control-desk-door.ts";
import { needed } from "./option-values.ts";

interface Given {
  readonly reason?: string;
  readonly yes?: boolean;
}

/** What is asked for, less who and why. */
type Act = ControlQuestion extends infer Question
  ? Question extends { readonly by: string }
    ? Omit<Question, "by" | "reason">
    : never
  : never;

const REASON_MOST = 400;

export function registerControlCommands(program: Command, context: CliContext): void {
  const plain = (verb: "pause" | "resume", about: string) =>
    acting(program.command(verb).description(about), verb).action((given: Given) =>
      act(context, { verb }, given),
    );
  plain("pause", "no new entries until resumed; exits pass");
  plain("resume", "lift what an operator may lift: after a minute, flat where it was halted, books in order");
  acting(program.command("halt").description("cancel everything, close everything, lock"), "halt").action(
    (given: Given) => halt(context, given),
  );
  acting(
    program.command("flatten [symbol]").description("close everything, or one symbol, then no new entries"),
    "flatten AAPL",
  ).action((symbol: string | undefined, given: Given) =>
    act(context, symbol === undefined ? { verb: "flatten" } : { verb: "flatten", symbol }, given),
  );
  acting(
    program.command("close <symbol>").description("close what is held in a symbol"),
    "close AAPL",
  ).action((symbol: string, given: Given) => act(context, { verb: "close", symbol }, given));
  registerAcknowledge(program, context);
  registerStrategyCommands(program, context);
}

function registerAcknowledge(program: Command, context: CliContext): void {
  const about = "take note of what was done outside, so that a locked symbol may be entered again";
  acting(program.command("acknowledge [symbol]").description(about), "acknowledge AAPL")
    .option("--cash", "instead: what the broker's cash is ahead by was a deposit or a withdrawal")
    .action((symbol: string | undefined, given: Given & { readonly cash?: true }) => {
      if ((symbol === undefined) === (given.cash !== true))
        throw new InputError("acknowledge: give a symbol or --cash, one of them: plimsoll acknowledge AAPL");
      return act(
        context,
        symbol === undefined ? { verb: "acknowledgeCash" } : { verb: "acknowledge", symbol },
        given,
      );
    });
}

function registerStrategyCommands(program: Command, context: CliContext): void {
  const group = program.commands.find((command) => command.name() === "strategy");
  for (const [verb, about] of [
    ["enable", "let a strategy enter again that an operator or a breaker holds back"],
    ["disable", "a strategy only reduces from now on"],
  ] as const)
    group &&
      acting(
        group.command(`${verb} <id>`).description(about),
        `strategy ${verb} swing_trend_following`,
      ).action((strategy: string, given: Given) => act(context, { verb, strategy }, given));
}

function acting(command: Command, example: string): Command {
  const isHalt = example === "halt";
  return command
    .option("--reason <text>", `why, for the audit${isHalt ? "; may be left out" : ""}`)
    .option("--yes", `yes, do it${isHalt ? "; never needed" : ""}`)
    .addHelpText(
      "after",
      `\nExample:\n  plimsoll ${example} --reason "news" ${isHalt ? "" : "--yes"}`.trimEnd(),
    );
}

async function act(context: CliContext, what: Act, given: Given): Promise<void> {
  const reason = reasonOf(needed("--reason", given.reason, '--reason "why"'));
  if (given.yes !== true) throw new InputError(`${nameOf(what)} acts on a running system; say so: add --yes`);
  const answer = await askSystem(context, { ...what, by: operatorName(), reason } as ControlQuestion);
  accepted(context, answer.kind === "accepted" ? answer.auditId : answer.id, nameOf(what));
}

const nameOf = ({ verb }: Act): string => (verb === "acknowledgeCash" ? "acknowledge --cash" : verb);

/** The one act that needs no running system: without one, the file halts whatever starts next. */
async function halt(context: CliContext, given: Given): Promise<void> {
  const reason = reasonOf(given.reason ?? "asked for on the command line");
  const by = operatorName();
  try {
    const answer = await askSystem(context, { verb: "halt", by, reason });
    accepted(context, answer.kind === "accepted" ? answer.auditId : answer.id, "halt");
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const haltFile = writeHalt(context, by, reason);
    tell(context, { accepted: true, auditId: null, haltFile, because: error.message }, () =>
      [`halt: ${error.message}`, `the file ${haltFile} was made instead: what starts next, halts`].join("\n"),
    );
  }
}

function accepted(context: CliContext, auditId: string, verb: string): void {
  tell(context, { accepted: true, auditId }, () => `${verb}: accepted, audit ${auditId}`);
}

function reasonOf(text: string): string {
  if (text.length <= REASON_MOST) return text;
  throw new InputError(`--reason has ${text.length} characters; give at most ${REASON_MOST}`);
}
