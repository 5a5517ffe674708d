/** What is known here, question by question: the room behind the server's door. Knows no HTTP. */
import { join } from "node:path";
import { ledgerPlaces } from "../../adapters/ledger/ledger-store.ts";
import type { ControlQuestion } from "../../app/live/control-client.ts";
import type { CurvePoint } from "../../app/live/control-desk.ts";
import type { ControlAnswer } from "../../app/live/control-words.ts";
import { InputError } from "../../domain/assert.ts";
import type { Picture } from "../contract/picture.ts";
import type {
  AlertsAnswer,
  AuditAnswer,
  ErrorsAnswer,
  HealthAnswer,
  JobsAnswer,
  ResearchAnswer,
} from "../contract/running-answers.ts";
import type {
  ChainAnswer,
  EquityAnswer,
  OrdersAnswer,
  RiskAnswer,
  SignalsAnswer,
  StrategiesAnswer,
  WhyAnswer,
} from "../contract/trading-answers.ts";
import { controlsPage } from "./controls-page.ts";
import type { PictureFacts } from "./picture.ts";
import type { RunningPorts } from "./ports.ts";
import type { ErrorsAsk, OrdersAsk, PageAsk, SignalsAsk } from "./question-words.ts";
import { AuditQuestion } from "./questions/audit.ts";
import { chainAnswer } from "./questions/chain.ts";
import { equityAnswer } from "./questions/equity.ts";
import { OrdersQuestion } from "./questions/orders.ts";
import { ResearchQuestion } from "./questions/research.ts";
import { riskAnswer } from "./questions/risk.ts";
import { signalsAnswer } from "./questions/signals.ts";
import { strategiesAnswer } from "./questions/strategies.ts";
import { whyAnswer } from "./questions/why.ts";
import { ReadDatabase } from "./read-database.ts";
import type { ReportFiles } from "./report-files.ts";
import type { Sampler } from "./sampler.ts";

export interface RoomTerms {
  /** Of the run; `base` holds what all runs share. */
  readonly root: string;
  readonly base: string;
  readonly facts: PictureFacts;
  readonly symbols: readonly string[];
  readonly sampler: Pick<Sampler, "last">;
  /** The picture as it would be sent now. */
  readonly picture: () => Picture;
  readonly ports: RunningPorts;
  readonly reports: ReportFiles;
  readonly reportFolders: readonly string[];
  ask(question: ControlQuestion, withinMs: number): Promise<ControlAnswer>;
  /** Lines of the audit that execute did not take. */
  readonly kept: () => number;
}

const CURVE_WITHIN_MS = 1000;

export class Room {
  readonly #terms: RoomTerms;
  readonly #trades: ReadDatabase;
  readonly #performance: ReadDatabase;
  readonly #journal: ReadDatabase;
  readonly #research: ReadDatabase;
  readonly #orders: OrdersQuestion;
  readonly #audit: AuditQuestion;
  readonly #backtests: ResearchQuestion;
  readonly #controls = controlsPage();

  constructor(terms: RoomTerms) {
    const { root, base, reports, reportFolders } = terms;
    const places = ledgerPlaces(root);
    this.#terms = terms;
    this.#trades = new ReadDatabase(places.trades);
    this.#performance = new ReadDatabase(places.performance);
    this.#journal = new ReadDatabase(join(root, "db", "journal.db"));
    this.#research = new ReadDatabase(join(base, "db", "research.db"));
    this.#orders = new OrdersQuestion(this.#trades, () => performance.now());
    this.#audit = new AuditQuestion(this.#journal);
    this.#backtests = new ResearchQuestion(this.#research, base, reports, reportFolders);
  }

  get performance(): ReadDatabase {
    return this.#performance;
  }

  async equity(range: EquityAnswer["range"]): Promise<EquityAnswer> {
    const { facts, sampler } = this.#terms;
    const { run, config } = facts;
    const curve = await this.#curve();
    return equityAnswer(
      { run, config, performance: this.#performance, engine: sampler.last?.picture, curve },
      range,
    );
  }

  orders(ask: OrdersAsk): OrdersAnswer {
    const unknown = this.#terms.sampler.last?.picture.unknownOrders ?? 0;
    return this.#orders.answer(this.#terms.facts.run, ask, unknown);
  }

  chain(id: string): ChainAnswer | undefined {
    const { symbols } = this.#terms;
    return chainAnswer({ trades: this.#trades, journal: this.#journal, symbols }, id);
  }

  why(symbol: string | undefined): WhyAnswer {
    const { facts, sampler, picture } = this.#terms;
    const { answer, because } = picture().permission;
    return whyAnswer(this.#trades, facts.run, symbol, sampler.last?.picture, `${answer} ${because}`);
  }

  signals(ask: SignalsAsk): SignalsAnswer {
    return signalsAnswer(this.#trades, this.#terms.facts.run, ask);
  }

  strategies(): StrategiesAnswer {
    const { facts, sampler } = this.#terms;
    return strategiesAnswer(this.#performance, facts, sampler.last?.picture);
  }

  risk(): RiskAnswer {
    const { facts, sampler } = this.#terms;
    const sources = { ...facts, controls: this.#controls, performance: this.#performance };
    return riskAnswer(sources, sampler.last?.picture);
  }

  research(): ResearchAnswer {
    return this.#backtests.answer(this.#performance, this.#terms.facts.run);
  }

  health(): HealthAnswer | Promise<HealthAnswer> {
    return present(this.#terms.ports.health, "health: nothing here measures it yet").read();
  }

  errors({ open, ...page }: ErrorsAsk): ErrorsAnswer {
    const port = present(this.#terms.ports.errors, "errors: nothing here reads them yet");
    return port.read({ ...page, isOpen: open === "1" });
  }

  alerts(page: PageAsk): AlertsAnswer {
    return present(this.#terms.ports.alerts, "alerts: nothing here keeps them yet").read(page);
  }

  jobs(): JobsAnswer {
    return present(this.#terms.ports.jobs, "jobs: nothing here runs them yet").read();
  }

  audit(page: PageAsk): AuditAnswer {
    return this.#audit.answer(page, this.#terms.kept());
  }

  close(): void {
    for (const db of [this.#trades, this.#performance, this.#journal, this.#research, this.#backtests])
      db.close();
  }

  /** Of today; none while execute does not answer: the days before stand in the ledger. */
  async #curve(): Promise<readonly CurvePoint[]> {
    try {
      const answer = await this.#terms.ask({ verb: "curve" }, CURVE_WITHIN_MS);
      return answer.kind === "told" ? (answer.value as CurvePoint[]) : [];
    } catch (error) {
      if (error instanceof InputError) return [];
      throw error;
    }
  }
}

/** Throws InputError (exit 1) where nobody can answer. */
function present<Port>(port: Port | undefined, why: string): Port {
  if (port !== undefined) return port;
  throw new InputError(why, 1);
}
