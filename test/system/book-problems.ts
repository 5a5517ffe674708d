/** What must hold between the twin's books, execute's books and its journal at any moment that stands still (I-1 to I-7). */

import type { JournalWatch } from "./journal-watch.ts";
import type { LiveStatus } from "./live-rig.ts";
import { isOpen, type TwinOrder } from "./twin-books.ts";

export interface BookFacts {
  readonly status: LiveStatus;
  /** Dollars in the account that are not the run's. */
  readonly outside: number;
  readonly cash: number;
  readonly positions: ReadonlyMap<string, number>;
  readonly orders: readonly TwinOrder[];
  readonly journals: JournalWatch;
}

const CENT = 0.01;
const MICROS = 1000;

export function bookProblems(facts: BookFacts): string[] {
  return [
    ...positionProblems(facts),
    ...orderProblems(facts),
    ...parentProblems(facts),
    ...minuteProblems(facts),
  ];
}

function positionProblems({ status, outside, cash, positions }: BookFacts): string[] {
  const { snapshot } = status;
  const ours = new Map<string, number>();
  for (const { symbol, shares } of snapshot.positions) ours.set(symbol, (ours.get(symbol) ?? 0) + shares);
  const symbols = new Set([...ours.keys(), ...positions.keys()]);
  const wrong = [...symbols].flatMap((symbol) => {
    const [own, theirs] = [ours.get(symbol) ?? 0, positions.get(symbol) ?? 0];
    return own === theirs ? [] : [`${symbol}: the engine holds ${own}, the twin ${theirs}`];
  });
  const difference = snapshot.cash + outside - cash;
  if (Math.abs(difference) > CENT)
    wrong.push(`cash: the engine has ${difference.toFixed(4)} more than the twin`);
  if (status.unknownOrders > 0)
    wrong.push(`${status.unknownOrders} orders of which nobody knows what became of them`);
  return wrong;
}

/** In a halt the guardian makes the same names: either of the two may have sent it. */
const isOfHalt = (id: string): boolean => /^H/.test(id);

function orderProblems({ orders, journals }: BookFacts): string[] {
  const wrong: string[] = [];
  const seen = new Map<string, string>();
  for (const { id, client_order_id: clientId, symbol, submitted_at: submitted, replaces } of orders) {
    const other = seen.get(clientId);
    if (other !== undefined) wrong.push(`${clientId}: two orders of the twin, ${other} and ${id}`);
    seen.set(clientId, id);
    if (isOfHalt(clientId) || replaces !== null) continue;
    const meant = journals.intents.get(clientId);
    if (meant === undefined) wrong.push(`${symbol} ${clientId}: at the twin, and not in the journal`);
    else if (meant / MICROS > Date.parse(submitted) + SKEW_MS)
      wrong.push(
        `${clientId}: written down ${Math.round(meant / MICROS - Date.parse(submitted))} ms after it was sent`,
      );
  }
  return wrong;
}

/** The twin's present may lag behind the clock while its machine is busy; exchange milliseconds. */
const SKEW_MS = 120_000;

/** One order of the engine is at most one living order of the twin, and all of them fill no more than was approved. */
function parentProblems({ orders, journals }: BookFacts): string[] {
  const byClient = new Map<string, TwinOrder>();
  for (const order of orders)
    for (const each of [order, ...(order.legs ?? [])]) byClient.set(each.client_order_id, each);
  return [...journals.idsOf].flatMap(([number, ids]) => {
    const at = [...ids].flatMap((id) => byClient.get(id) ?? []);
    const open = at.filter(isOpen);
    const filled = at.reduce((sum, { filled_qty }) => sum + Number(filled_qty), 0);
    const shares = journals.sharesOf.get(number);
    const wrong: string[] = [];
    if (open.length > 1 && shares !== undefined)
      wrong.push(
        `order ${number}: ${open.length} living orders of the twin (${open.map(({ id }) => id).join(", ")})`,
      );
    if (shares !== undefined && filled > shares) wrong.push(`order ${number}: ${filled} filled of ${shares}`);
    return wrong;
  });
}

function minuteProblems({ journals }: BookFacts): string[] {
  const { minutes } = journals;
  const at = minutes.findIndex((minute, n) => n > 0 && minute <= minutes[n - 1]!);
  return at < 0 ? [] : [`minute ${at}: ${minutes[at]} was heard after ${minutes[at - 1]}`];
}
