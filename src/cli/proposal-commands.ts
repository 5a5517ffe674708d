/** `plimsoll research propose|ls|accept`: what the selector proposes, and an operator's word on it (RES-6). */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { type Proposal, ProposalBook } from "../adapters/proposal-book.ts";
import { loadConfig } from "../app/config.ts";
import { operatorName } from "../app/live/operator-name.ts";
import { InputError } from "../domain/assert.ts";
import { type Accepted, acceptProposal } from "../research/selector/accept-proposal.ts";
import { type Proposed, propose } from "../research/selector/propose.ts";
import { alignedTable } from "./aligned-table.ts";
import { type CliContext, report, tell } from "./context.ts";
import { needed, wholeNumber } from "./option-values.ts";

const MOST_PROPOSALS = 1_000_000_000;

export function registerProposalCommands(research: Command, context: CliContext): void {
  research
    .command("propose")
    .description(
      "have the selector look at studies and own trades, and keep what it proposes; changes nothing",
    )
    .addHelpText("after", "\nExample: plimsoll research propose")
    .action(() => {
      const { root, assignments } = context;
      const config = loadConfig({ files: overlays(context), assignments: assignments(), env: process.env });
      const proposed = propose(root(), config, new Date().toISOString());
      tell(context, proposed, () => proposedText(proposed));
    });
  research
    .command("ls")
    .description("proposals that are open, newest first")
    .option("--all", "those that were accepted or withdrawn, too")
    .addHelpText("after", "\nExample: plimsoll research ls --all")
    .action(({ all = false }: { readonly all?: boolean }) => {
      const path = join(context.root(), "db", "research.db");
      const known = existsSync(path) ? listed(path) : [];
      const shown = known.filter(({ state }) => all || state === "open");
      report(context, shown, () => listText(shown, all));
    });
  research
    .command("accept")
    .description("write a proposal into the configuration file; the next start takes it, nothing before")
    .argument("<id>")
    .option("--reason <text>", "why; it is kept with the proposal")
    .addHelpText(
      "after",
      "\nThe last --config file is changed, config.yaml of the root without one." +
        '\nExample: plimsoll research accept 3 --reason "good on the held days"',
    )
    .action((id: string, { reason }: { readonly reason?: string }) => {
      const { root, assignments } = context;
      const accepted = acceptProposal({
        ...{ root: root(), by: operatorName(), now: new Date().toISOString(), env: process.env },
        id: wholeNumber("id", id, { least: 1, most: MOST_PROPOSALS }),
        reason: needed("--reason", reason, '--reason "good on the held days"'),
        files: withoutSettings(context, assignments()),
      });
      tell(context, accepted, () => acceptedText(accepted));
    });
}

/** What a start on this root would most likely be given. */
function overlays(context: CliContext): readonly string[] {
  const own = join(context.root(), "config.yaml");
  const given = context.configFiles();
  return given.length > 0 || !existsSync(own) ? given : [own];
}

/** A setting of the line is in no file: what it says would be lost, or outrank what is written. */
function withoutSettings(context: CliContext, assignments: readonly string[]): readonly string[] {
  const [first] = assignments;
  if (first === undefined) return context.configFiles();
  throw new InputError(
    `--set ${first.slice(0, 80)}: is in no file; put it into one, and give that by --config`,
  );
}

function listed(path: string) {
  const book = new ProposalBook(path);
  try {
    return book.all().map((each) => ({ ...each, decisions: book.decisions(each.id) }));
  } finally {
    book.close();
  }
}

function proposedText({ looked, made, kept, withdrawn }: Proposed): string {
  const seen = looked.map(
    ({ strategy, studies, trades, model }) =>
      `${strategy}: ${studies} studies, ${trades} trades` +
      (model === null ? "" : `; ${model} passed every gate: plimsoll models promote ${model}`),
  );
  const told = [...made, ...kept];
  return [
    seen.length === 0 ? "nothing is known yet: no study of one strategy, no trades" : seen.join("\n"),
    told.length === 0 ? "nothing to propose" : table(told),
    ...(withdrawn.length === 0 ? [] : [`withdrawn: ${withdrawn.map(({ id }) => id).join(", ")}`]),
    ...(told.length === 0
      ? []
      : ['plimsoll research accept ID --reason "..." writes one into the configuration']),
  ].join("\n");
}

const listText = (proposals: readonly Proposal[], all: boolean): string =>
  proposals.length === 0 ? `no proposals${all ? "" : " are open"}` : table(proposals);

function table(proposals: readonly Proposal[]): string {
  const titles = ["id", "state", "made", "strategy", "what", "because"].map((title) => ({ title }));
  return alignedTable(
    titles,
    proposals.map((each) => [
      ...[each.id, each.state, each.at.slice(0, 16), each.strategy, whatOf(each), each.reason],
    ]),
  );
}

function whatOf({ kind, base, change }: Proposal): string {
  const params = Object.entries(change.params)
    .filter(([name, value]) => JSON.stringify(base.params[name]) !== JSON.stringify(value))
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return [...(kind === "parameters" ? [] : [kind]), ...params].join(", ");
}

function acceptedText({ proposal, decision, kept }: Accepted): string {
  return [
    `proposal ${proposal.id} is accepted by ${decision.by}`,
    ...decision.said.map((line) => `  ${line}`),
    `written to ${decision.file}${kept === null ? "" : `; as it was: ${kept}`}`,
    `it takes effect at the next start with --config ${decision.file}`,
  ].join("\n");
}
