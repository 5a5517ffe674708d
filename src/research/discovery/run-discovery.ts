/**
 * A search for rules over the lake, begun or gone on with: generations bred and written down one by one, every unique
 * rule on record as a trial, the vault opened once at the end (RES-2, QUANT n).
 */
import { join } from "node:path";
import { asOnlyWriter } from "../../adapters/lake/writer-lock.ts";
import { ResearchDb } from "../../adapters/research-db.ts";
import type { Config } from "../../app/config.ts";
import { shortDigest } from "../../app/trials.ts";
import { InputError } from "../../domain/assert.ts";
import { batchCount } from "../../domain/bars.ts";
import { isoDate } from "../../domain/time.ts";
import { leafNames } from "../../features/formula/expression.ts";
import { Evolution, type EvolutionState, fittest, type Member } from "../../learn/evolution/evolution.ts";
import { fitnessTerms } from "../../learn/evolution/fitness.ts";
import { judgeOver, vocabularyOf } from "../../learn/evolution/judge.ts";
import { columnsBefore, type Panel, panelOf } from "../../learn/evolution/panel.ts";
import { distinct } from "../../learn/evolution/selection.ts";
import {
  type DiscoveryGround,
  type DiscoveryTerms,
  dayOfBatch,
  discoveryId,
  loadGround,
  strategyIdOf,
  termsHash,
} from "./discovery-ground.ts";
import {
  type DiscoveryRun,
  folderOf,
  openVault,
  readCheckpoint,
  readResult,
  readRun,
  runIds,
  type Span,
  TrialFile,
  writeCheckpoint,
  writeResult,
  writeRun,
} from "./discovery-record.ts";
import { type DiscoveryResult, discoveryResult } from "./discovery-result.ts";
import { restoredEvolution, savedEvolution } from "./saved-evolution.ts";

export interface Progress {
  readonly generation: number;
  readonly of: number;
  /** Of the fittest; NaN where none can be judged. */
  readonly fitness: number;
  readonly trials: number;
  /** Share of the population that trades unlike all others. */
  readonly diversity: number;
}

export interface DiscoverySetting {
  readonly root: string;
  readonly config: Config;
  /** ISO instant for the records. */
  readonly now: string;
  readonly stop: AbortSignal;
  readonly began: (id: string) => void;
  readonly progress: (step: Progress) => void;
}

/** Begins a search. Throws InputError where the same one was begun before, or the lake has too little. */
export async function beginDiscovery(
  setting: DiscoverySetting,
  terms: DiscoveryTerms,
): Promise<DiscoveryResult> {
  const { root, config, now } = setting;
  const ground = await loadGround(root, terms);
  const configHash = termsHash(terms, config);
  const id = discoveryId(ground.dataHash, configHash);
  if (runIds(root).includes(id)) {
    const next = readResult(root, id) === undefined ? `resume ${id}` : `export ${id}`;
    throw new InputError(`discover run: this very search was begun before; plimsoll discover ${next}`, 1);
  }
  const run = { id, createdAt: now, terms, dataHash: ground.dataHash, configHash };
  writeRun(root, run);
  return await alone(root, id, () => search(setting, run, ground));
}

/** Goes on with one. Throws InputError (exit 1) over other data or other settings. */
export async function resumeDiscovery(setting: DiscoverySetting, id: string): Promise<DiscoveryResult> {
  const { root, config } = setting;
  const run = readRun(root, id);
  const done = readResult(root, id);
  if (done !== undefined) return done;
  if (termsHash(run.terms, config) !== run.configHash)
    throw new InputError(
      `discover resume ${id}: settings or code are not those that it began with; begin anew`,
      1,
    );
  return await alone(root, id, async () => {
    const ground = await loadGround(root, run.terms);
    if (ground.dataHash !== run.dataHash)
      throw new InputError(`discover resume ${id}: the bars are not those that it began with; begin anew`, 1);
    return await search(setting, run, ground);
  });
}

/** Two at one search would cut off each other's trials. */
const alone = (root: string, id: string, work: () => Promise<DiscoveryResult>): Promise<DiscoveryResult> =>
  asOnlyWriter(join(folderOf(root, id), "search.lock"), work, `discover ${id}`);

async function search(
  setting: DiscoverySetting,
  run: DiscoveryRun,
  ground: DiscoveryGround,
): Promise<DiscoveryResult> {
  const { root, config } = setting;
  const { id, dataHash } = run;
  setting.began(id);
  const panel = panelOf(columnsBefore(ground.columns, ground.vault), leafNames(), {
    market: config.features.market,
    drop: true,
  });
  const trials = new TrialFile(root, id, readCheckpoint(root, id));
  try {
    const state = await bred(setting, run, { ground, panel, trials });
    const days = spanOf(ground);
    const before = openVault(root, { id, dataHash, days, ...spanOf(ground, ground.vault) });
    const result = discoveryResult({
      ...{ run, ground, config, state, before, trialsSha256: trials.sha256 },
      names: [...panel.leaves.keys()],
    });
    writeResult(root, result);
    return result;
  } finally {
    trials.close();
  }
}

interface Ground {
  readonly ground: DiscoveryGround;
  readonly panel: Panel;
  readonly trials: TrialFile;
}

async function bred(
  setting: DiscoverySetting,
  run: DiscoveryRun,
  { ground, panel, trials }: Ground,
): Promise<EvolutionState> {
  const { root } = setting;
  const { id, terms, dataHash, configHash } = run;
  const { seed, population, costBps } = terms;
  const judge = judgeOver(panel, { ...fitnessTerms, perYear: 252, costBps });
  const evolution = new Evolution({ seed, population }, vocabularyOf(panel), judge, trials.seen);
  const checkpoint = readCheckpoint(root, id);
  let state = checkpoint === undefined ? undefined : restoredEvolution(checkpoint.state);
  while (state === undefined || state.generation < terms.generations) {
    const generation: number = state === undefined ? 0 : state.generation + 1;
    const steps: Generator<Member, EvolutionState> =
      state === undefined ? evolution.begin() : evolution.next(state);
    const before: number = state?.tried ?? 0;
    state = await judged(steps, (member) => trials.add(generation, member), setting.stop, id);
    trials.keep();
    recordTrials(setting, run, ground, {
      generation,
      tries: state.tried - before,
      sha256: trials.sha256,
    });
    writeCheckpoint(root, {
      ...{ id, dataHash, configHash, chance: { seed, stream: "discovery", next: state.nextId } },
      trials: { bytes: trials.bytes, sha256: trials.sha256 },
      state: savedEvolution(state),
    });
    setting.progress({ ...progressOf(state), of: terms.generations });
  }
  return state;
}

/** How long rules are judged before signals are heard. */
const BREATH_MS = 100;

async function judged(
  steps: Generator<Member, EvolutionState>,
  tried: (member: Member) => void,
  stop: AbortSignal,
  id: string,
): Promise<EvolutionState> {
  let heardAt = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    tried(step.value);
    if (performance.now() - heardAt < BREATH_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    heardAt = performance.now();
    if (stop.aborted)
      throw new InputError(`discover: stopped; go on with: plimsoll discover resume ${id}`, 1);
  }
}

function progressOf(state: EvolutionState): Omit<Progress, "of"> {
  const members = state.islands.flat();
  return {
    generation: state.generation,
    fitness: fittest(state)?.fitness ?? Number.NaN,
    trials: state.tried,
    diversity: distinct(members).length / members.length,
  };
}

/** First and last day of all bars, or of those from a batch on. */
const spanOf = ({ columns }: DiscoveryGround, first = 0): Span => ({
  from: isoDate(dayOfBatch(columns, first)),
  to: isoDate(dayOfBatch(columns, batchCount(columns) - 1)),
});

/** One row a generation, which stands for as many trials as it tried rules. */
function recordTrials(
  { root, now }: DiscoverySetting,
  { id, configHash }: DiscoveryRun,
  { columns, snapshot, vault }: DiscoveryGround,
  {
    generation,
    tries,
    sha256,
  }: { readonly generation: number; readonly tries: number; readonly sha256: string },
): void {
  const db = new ResearchDb(join(root, "db", "research.db"));
  try {
    db.record({
      ...{
        trialId: shortDigest("tr", { id, generation, sha256 }),
        runId: `${id}.${generation}`,
        createdAt: now,
      },
      ...{ strategies: [strategyIdOf(id)], timeframe: columns.timeframe, snapshot, configHash, tries },
      ...{ from: isoDate(dayOfBatch(columns, 0)), to: isoDate(dayOfBatch(columns, vault - 1)) },
      ...{ sharpe: Number.NaN, observations: 0, totalReturn: Number.NaN },
    });
  } finally {
    db.close();
  }
}
