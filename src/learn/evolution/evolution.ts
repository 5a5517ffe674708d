/**
 * Evolution of trading rules on islands (QUANT n; Koza 1992; Allen and Karjalainen 1999). Each rule has a stream of
 * chance of its own, named by its number, so neither the order in which rules are judged nor a break changes what
 * comes next.
 *
 * DI-2  A generation is a function of the state before it, the seed and the judge: a run that was cut off anywhere and
 *       goes on from its last checkpoint ends with the same bytes.
 */
import { createRng, type Rng } from "../../numerics/rng.ts";
import {
  canonicalGenome,
  type Genome,
  type GenomeBounds,
  genomeBounds,
  genomeHash,
  genomeNodes,
} from "./genome.ts";
import { grownGenome, type Vocabulary } from "./growing.ts";
import { noveltyOf } from "./novelty.ts";
import { byFitness, type Contestant, distinct, tournament } from "./selection.ts";
import {
  drawnVariation,
  firstWorth,
  learned,
  offspring,
  type Rates,
  ratesOf,
  type Variation,
} from "./variation.ts";

export interface EvolutionTerms {
  readonly seed: number;
  /** Rules of all islands together. */
  readonly population: number;
}

export const evolutionTerms = {
  islands: 4,
  tournament: 5,
  eliteShare: 0.02,
  migrateEvery: 10,
  migrateShare: 0.05,
  archive: 500,
  archiveShare: 0.05,
  sample: 100,
  depths: [2, 3, 4, 5],
} as const;

/** What a judge makes of a rule; `fitness` -Infinity where it trades too little. */
export interface Judged {
  readonly fitness: number;
  readonly windows: readonly number[];
  /** Per period, in excess of holding. */
  readonly sharpe: number;
  readonly trades: number;
  readonly semantic: string;
  readonly signal: Uint32Array;
}

export interface Member extends Judged, Contestant {
  readonly id: number;
  readonly genome: Genome;
  readonly hash: string;
}

export interface EvolutionState {
  readonly generation: number;
  readonly nextId: number;
  /** Unique rules judged so far: each is a trial. */
  readonly tried: number;
  readonly islands: readonly (readonly Member[])[];
  /** The oldest first. */
  readonly archive: readonly Uint32Array[];
  readonly worth: Rates;
  /**
   * Sharpe ratios per period of the first generation, which nothing was selected for: how far luck scatters. Later
   * ones differ by skill, where there is some, and by less than luck, where there is none.
   */
  readonly firstSharpes: readonly number[];
  /** Of all rules that could be judged, those whose hashes are the smallest: an even sample of what was tried. */
  readonly sample: readonly Pick<Member, "hash" | "genome">[];
}

export type Judge = (genome: Genome, nodes: number) => Judged;

/** A rule that has a number and waits for its judgement. */
interface Born {
  readonly id: number;
  readonly genome: Genome;
  readonly hash: string;
  readonly by?: Variation;
  /** Of the fitter parent. */
  readonly parent: number;
}

/** Attempts at a child that nobody has seen before a stranger takes its place. */
const TRIES = 8;

export class Evolution {
  readonly #terms: EvolutionTerms;
  readonly #vocabulary: Vocabulary;
  readonly #bounds: GenomeBounds;
  readonly #judge: Judge;
  readonly #seen: Set<string>;
  readonly #rng: Rng;

  /** `seen`: hashes of the rules judged so far; new ones are added. */
  constructor(
    terms: EvolutionTerms,
    vocabulary: Vocabulary,
    judge: Judge,
    seen: Set<string>,
    bounds = genomeBounds,
  ) {
    this.#terms = terms;
    this.#vocabulary = vocabulary;
    this.#bounds = bounds;
    this.#judge = judge;
    this.#seen = seen;
    this.#rng = createRng(terms.seed, "discovery");
  }

  /** The first generation. Yields each rule once it is judged, and returns the state when all are. */
  *begin(): Generator<Member, EvolutionState> {
    const { islands, depths } = evolutionTerms;
    let id = 0;
    const born = this.#sizes().map((size) =>
      Array.from({ length: size }, (_, k) => {
        const depth = depths[Math.floor(k / 2) % depths.length] ?? 2;
        return this.#stranger(id++, depth, k % 2 === 0);
      }),
    );
    const state: EvolutionState = {
      ...{
        generation: 0,
        nextId: id,
        tried: 0,
        archive: [],
        worth: firstWorth,
        firstSharpes: [],
        sample: [],
      },
      islands: Array.from({ length: islands }, () => []),
    };
    return yield* this.#judged(state, born, state.islands, id);
  }

  /** The generation after `state`, as `begin`. */
  *next(state: EvolutionState): Generator<Member, EvolutionState> {
    const rates = ratesOf(state.worth);
    let id = state.nextId;
    const kept: Member[][] = [];
    const born: Born[][] = [];
    for (const [i, members] of state.islands.entries()) {
      const parents = distinct(members);
      const size = this.#sizes()[i]!;
      const elites = parents
        .toSorted(byFitness)
        .slice(0, Math.max(1, Math.round(evolutionTerms.eliteShare * size)));
      kept.push(elites);
      born.push(Array.from({ length: size - elites.length }, () => this.#child(id++, parents, rates)));
    }
    return yield* this.#judged({ ...state, generation: state.generation + 1 }, born, kept, id);
  }

  #sizes(): readonly number[] {
    const { islands } = evolutionTerms;
    const { population } = this.#terms;
    return Array.from({ length: islands }, (_, i) => Math.floor((population + i) / islands));
  }

  #stranger(id: number, depth: number, full: boolean): Born {
    const rng = this.#rng.fork(`stranger ${id}`);
    for (;;) {
      const genome = canonicalGenome(grownGenome(rng, depth, full, this.#vocabulary, this.#bounds));
      const hash = this.#fresh(genome);
      if (hash !== undefined) return { id, genome, hash, parent: Number.NaN };
    }
  }

  #child(id: number, parents: readonly Member[], rates: Rates): Born {
    const rng = this.#rng.fork(`child ${id}`);
    for (let tries = 0; tries < TRIES; tries++) {
      const by = drawnVariation(rng, rates);
      const first = tournament(rng, parents, evolutionTerms.tournament);
      const second = by === "crossover" ? tournament(rng, parents, evolutionTerms.tournament) : first;
      const both = [first.genome, second.genome] as const;
      const child = offspring(rng, by, both, { vocabulary: this.#vocabulary, bounds: this.#bounds });
      if (child === undefined) continue;
      const genome = canonicalGenome(child);
      const hash = this.#fresh(genome);
      if (hash !== undefined)
        return { id, genome, hash, by, parent: Math.max(first.fitness, second.fitness) };
    }
    return this.#stranger(id, 2 + rng.integer(4), rng.uniform() < 0.5);
  }

  /** Its hash, or undefined where it was seen before. */
  #fresh(genome: Genome): string | undefined {
    const hash = genomeHash(genome);
    if (this.#seen.has(hash)) return undefined;
    this.#seen.add(hash);
    return hash;
  }

  *#judged(
    state: EvolutionState,
    born: readonly (readonly Born[])[],
    kept: readonly (readonly Member[])[],
    nextId: number,
  ): Generator<Member, EvolutionState> {
    const gained = { crossover: 0, subtree: 0, point: 0, jitter: 0 };
    const made = { crossover: 0, subtree: 0, point: 0, jitter: 0 };
    const fresh: Member[][] = [];
    for (const children of born) {
      const members: Member[] = [];
      for (const { id, genome, hash, by, parent } of children) {
        const nodes = genomeNodes(genome);
        const found = this.#judge(genome, nodes);
        const member: Member = {
          ...{ id, genome, hash, nodes, ...found },
          novelty: noveltyOf(found.signal, state.archive),
        };
        members.push(member);
        if (by !== undefined) {
          made[by] += 1;
          if (member.fitness > parent) gained[by] += 1;
        }
        yield member;
      }
      fresh.push(members);
    }
    const islands = fresh.map((members, i) => [...(kept[i] ?? []), ...members]);
    return {
      generation: state.generation,
      nextId,
      tried: state.tried + born.reduce((sum, { length }) => sum + length, 0),
      islands: this.#migrated(islands, state.generation),
      archive: archived(state.archive, fresh),
      worth: learned(state.worth, gained, made),
      firstSharpes: state.generation === 0 ? sharpesOf(fresh.flat()) : state.firstSharpes,
      sample: sampled(state.sample, fresh.flat()),
    };
  }

  /** Every so often the fittest of an island also live on the next one, in the place of its least fit. */
  #migrated(islands: readonly (readonly Member[])[], generation: number): readonly (readonly Member[])[] {
    const { migrateEvery, migrateShare } = evolutionTerms;
    if (generation === 0 || generation % migrateEvery !== 0) return islands;
    return islands.map((members, i) => {
      const from = islands[(i + islands.length - 1) % islands.length]!;
      const count = Math.max(1, Math.round(migrateShare * members.length));
      const guests = distinct(from).toSorted(byFitness).slice(0, count);
      const ids = new Set(guests.map(({ id }) => id));
      const own = members.filter(({ id }) => !ids.has(id)).toSorted(byFitness);
      return [...own.slice(0, members.length - guests.length), ...guests];
    });
  }
}

/** First in, first out; the most novel of each island come in. */
function archived(
  archive: readonly Uint32Array[],
  islands: readonly (readonly Member[])[],
): readonly Uint32Array[] {
  const novel = islands.flatMap((members) =>
    members
      .filter(isAble)
      .toSorted((a, b) => b.novelty - a.novelty || a.id - b.id)
      .slice(0, Math.max(1, Math.round(evolutionTerms.archiveShare * members.length))),
  );
  return [...archive, ...novel.map(({ signal }) => signal)].slice(-evolutionTerms.archive);
}

function sampled(sample: EvolutionState["sample"], tried: readonly Member[]): EvolutionState["sample"] {
  const able = tried.filter(isAble);
  return [...sample, ...able.map(({ hash, genome }) => ({ hash, genome }))]
    .toSorted((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0))
    .slice(0, evolutionTerms.sample);
}

const isAble = ({ fitness }: Judged): boolean => fitness > Number.NEGATIVE_INFINITY;

/** Per period, of those that could be judged. */
export const sharpesOf = (members: readonly Member[]): readonly number[] =>
  members.filter(isAble).map(({ sharpe }) => sharpe);

/** The fittest of all islands; undefined where none can be judged. */
export function fittest({ islands }: Pick<EvolutionState, "islands">): Member | undefined {
  const [best] = islands.flat().toSorted(byFitness);
  return best !== undefined && isAble(best) ? best : undefined;
}
