/** One figure against its limit, as every gate asks it: equal does not pass, and what is not known does not either. */
import type { GateVerdict } from "../../domain/model-version.ts";

export function gateVerdict(asked: Omit<GateVerdict, "passed">): GateVerdict {
  const { value, limit, side } = asked;
  // A comparison with NaN is false either way.
  return { ...asked, passed: side === "above" ? value > limit : value < limit };
}
