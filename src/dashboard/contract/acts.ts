/** What the page may do. All POST, JSON, with the header `x-plimsoll: 1`; the answer is an ActAnswer. */

/** POST /api/login: the key that `start` printed, exchanged for a cookie. 204, or 401. */
export interface LoginAsk {
  readonly key: string;
}

/** GET /api/session. */
export interface SessionAnswer {
  /** False: older than the idle time; what loosens asks for the key again, what tightens does not. */
  readonly isFresh: boolean;
  readonly endsAt: string;
}

interface Command {
  /** Of the command, made by the page: a double click is one command. */
  readonly id: string;
  readonly reason: string;
}

/** What loosens: the key again, and the phrase that the dialog shows. */
interface Loosening extends Command {
  readonly key: string;
  readonly phrase: string;
}

/** POST /api/act */
export type ActAsk =
  | ({ readonly verb: "pause" | "halt" | "flatten" } & Command)
  | ({ readonly verb: "flatten-symbol" | "close"; readonly symbol: string } & Command)
  | ({ readonly verb: "disable"; readonly strategy: string } & Command)
  | ({
      readonly verb: "override";
      readonly key: string;
      readonly value: number;
      readonly forSeconds: number;
    } & Command)
  | ({ readonly verb: "resume" } & Loosening)
  | ({ readonly verb: "enable"; readonly strategy: string } & Loosening)
  | ({ readonly verb: "resolve-error"; readonly error: number } & Command)
  /** Lines of one trouble are one act; `group` names it. At most 1000 of them, and 100 characters. */
  | ({
      readonly verb: "resolve-errors";
      readonly errors: readonly number[];
      readonly group: string;
    } & Command)
  | ({ readonly verb: "acknowledge-alert"; readonly alert: string } & Command)
  | ({ readonly verb: "test-alerts" } & Command)
  | ({ readonly verb: "run-task"; readonly task: string } & Command);

/** 200 accepted, 409 a gate said no, 400 wrong, 401 no session, 403 not from this page. */
export type ActAnswer =
  | { readonly kind: "accepted"; readonly auditId: string; readonly text: string }
  | { readonly kind: "refused"; readonly text: string };

/** The phrases that loosening asks to be typed. */
export const phrases = { resume: "resume trading", enable: "enable strategy" } as const;
