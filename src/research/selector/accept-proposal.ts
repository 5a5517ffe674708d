/**
 * An operator's yes to a proposal (RES-6): the change is written into a configuration file, after the loader has taken
 * it, with the file of before beside it and who did it why on record. Nothing that runs hears of it: a start reads it.
 *
 * SX-1  A configuration that the loader refuses, or that says another thing than was accepted, is never written.
 * SX-2  A proposal is accepted once; cut off in the middle, the same word finishes it.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../../adapters/durable-file.ts";
import {
  type Decision,
  type Proposal,
  ProposalBook,
  type StrategyTerms,
} from "../../adapters/proposal-book.ts";
import { yamlWith } from "../../adapters/yaml-file.ts";
import { type Config, configHash, loadConfig } from "../../app/config.ts";
import { isClosed } from "../../app/live/open-run.ts";
import { readRunTerms, runPlaces } from "../../app/live/run-terms.ts";
import { InputError } from "../../domain/assert.ts";
import { canonicalJson } from "../../numerics/canonical-json.ts";
import { configChange } from "./config-change.ts";

export interface Acceptance {
  readonly root: string;
  readonly id: number;
  readonly by: string;
  readonly reason: string;
  /** ISO instant. */
  readonly now: string;
  /** Overlay files as a start would be given them; the last one is changed. Without any: `config.yaml` of the root. */
  readonly files: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Accepted {
  readonly proposal: Proposal;
  readonly decision: Decision;
  /** The file as it was; null where there was none. */
  readonly kept: string | null;
}

/** Throws InputError: exit 3 where it must not be, 1 where the file cannot be changed. */
export function acceptProposal(request: Acceptance): Accepted {
  const { root, id, reason } = request;
  if (reason.trim() === "") throw new InputError('--reason is empty; say why, as --reason "seen enough"');
  const path = join(root, "db", "research.db");
  const none = new InputError(`proposal ${id}: there is none; see plimsoll research ls`, 3);
  if (!existsSync(path)) throw none;
  const book = new ProposalBook(path);
  try {
    const proposal = book.all().find((each) => each.id === id);
    if (proposal === undefined) throw none;
    if (proposal.state !== "open")
      throw new InputError(`proposal ${id} is ${proposal.state}; see plimsoll research ls`, 3);
    refuseOpenRun(root);
    const { decision, kept } = written(request, proposal);
    book.accept(id, decision);
    return { proposal: { ...proposal, state: "accepted" }, decision, kept };
  } finally {
    book.close();
  }
}

/** A run goes on with the settings that it began with alone: with others it would stand still after the next crash. */
function refuseOpenRun(root: string): void {
  const run = readRunTerms(runPlaces(root));
  if (run === undefined || isClosed(root, run)) return;
  throw new InputError(
    `run ${run.run} is open and goes on only with the settings that it began with; accept once it is closed`,
    3,
  );
}

function written(
  { root, id, by, reason, now, files, env }: Acceptance,
  { strategy, base, change }: Proposal,
): Pick<Accepted, "decision" | "kept"> {
  const file = files.at(-1) ?? join(root, "config.yaml");
  const isThere = existsSync(file);
  if (files.length > 0 && !isThere) throw new InputError(`--config ${file}: cannot be read`);
  const before = load(isThere ? [...files.slice(0, -1), file] : [], env);
  const decision = { at: now, by, reason, file, before: configHash(before) };
  if (saysOf(before, strategy) === canonicalJson(change))
    // Written before and cut off, or put in by hand.
    return {
      decision: { ...decision, said: ["the file says so already"], after: decision.before },
      kept: null,
    };
  if (saysOf(before, strategy) !== canonicalJson(base))
    throw new InputError(
      `proposal ${id}: ${file} says another thing of ${strategy} than when it was made; run plimsoll research propose`,
      3,
    );
  const { settings, said } = configChange(before, strategy, change);
  const old = isThere ? readFileSync(file, "utf8") : "";
  const text = yamlWith(old === "" ? "{}\n" : old, settings, file);
  const after = tried(`${file}.proposal-${id}`, text, (draft) => load([...files.slice(0, -1), draft], env));
  if (saysOf(after, strategy) !== canonicalJson(change) || !othersStay(before, after, strategy))
    throw new InputError(
      `proposal ${id}: ${file} would not say what was accepted; put it in by hand: ${said}`,
      1,
    );
  const kept = isThere ? `${file}.before-proposal-${id}` : null;
  if (kept !== null) replaceFile(kept, old);
  replaceFile(file, text);
  return { decision: { ...decision, said, after: configHash(after) }, kept };
}

/** The loader reads files: it is given one, which does not stay. */
function tried<Result>(draft: string, text: string, use: (draft: string) => Result): Result {
  replaceFile(draft, text);
  try {
    return use(draft);
  } finally {
    rmSync(draft, { force: true });
  }
}

const load = (files: readonly string[], env: Acceptance["env"]): Config => loadConfig({ files, env });

/** An anchor of the file may tie two strategies to one set of parameters. */
const othersStay = (before: Config, after: Config, strategy: string): boolean =>
  Object.entries(before.strategies).every(
    ([id, { params }]) =>
      id === strategy || canonicalJson(params) === canonicalJson(after.strategies[id]?.params),
  );

const saysOf = (config: Config, strategy: string): string => canonicalJson(strategyTerms(config, strategy));

/** What the configuration says of a strategy, as far as a proposal is about it. */
export function strategyTerms({ strategies }: Config, strategy: string): StrategyTerms {
  const { enabled = false, params = {} } = strategies[strategy] ?? {};
  return { enabled, params };
}
