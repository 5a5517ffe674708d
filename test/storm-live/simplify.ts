/** The fewest faults with which a failing seed still breaks the same invariant: where to start reading. */
import { type LiveStormRequest, runLiveStorm } from "./live-storm.ts";
import { faultKinds, type LiveFault } from "./plan.ts";

/** Faults to leave out, found one by one; undefined when the seed does not fail. */
export async function simplify(request: LiveStormRequest): Promise<readonly LiveFault[] | undefined> {
  const failure = (await runLiveStorm(request)).violation;
  if (failure === undefined) return undefined;
  let without: readonly LiveFault[] = request.without ?? [];
  for (const kind of faultKinds) {
    if (without.includes(kind)) continue;
    const fewer = [...without, kind];
    if ((await runLiveStorm({ ...request, without: fewer })).violation?.id === failure.id) without = fewer;
  }
  return without;
}
