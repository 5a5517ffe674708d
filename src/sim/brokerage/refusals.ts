/**
 * How the brokerage says no: HTTP status, code and a sentence. Clients branch on status and code, so one code stands
 * for many causes, exactly as at the broker; the sentence is for people.
 */

export interface Refusal {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  /** Further keys of the body; decimals as text already. */
  readonly extra?: Readonly<Record<string, string | readonly string[]>>;
}

/** True for a refusal, false for whatever was asked for. */
export const isRefusal = (answer: object): answer is Refusal => "code" in answer && "message" in answer;

/** The request is malformed: a missing or impossible field. */
export const malformed = (message: string): Refusal => ({ status: 422, code: 40_010_001, message });

/** The request is well formed and against a rule of orders. */
export const unprocessable = (message: string): Refusal => ({ status: 422, code: 42_210_000, message });

/** The account may not do this now. */
export const forbidden = (message: string, extra?: Refusal["extra"]): Refusal => ({
  status: 403,
  code: 40_310_000,
  message,
  ...(extra === undefined ? {} : { extra }),
});

export const dayTradeProtection: Refusal = {
  status: 403,
  code: 40_310_100,
  message: "trade denied due to pattern day trading protection",
};

export const notFound = (message: string): Refusal => ({ status: 404, code: 40_410_000, message });
