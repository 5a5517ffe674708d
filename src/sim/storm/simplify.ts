/** The fewest faults with which a failing seed still breaks the same invariant: where to start reading. */
import { type FaultKind, faultKinds } from "./plan.ts";
import { runStorm, type StormRequest } from "./storm.ts";

/** Faults to leave out, found one by one; undefined when the seed does not fail. */
export function simplify(request: StormRequest): readonly FaultKind[] | undefined {
  const failure = runStorm(request).violation;
  if (failure === undefined) return undefined;
  let without: readonly FaultKind[] = [];
  for (const kind of faultKinds) {
    const fewer = [...without, kind];
    if (runStorm({ ...request, without: fewer }).violation?.id === failure.id) without = fewer;
  }
  return without;
}
