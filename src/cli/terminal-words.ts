/** What the terminal view says beside the sentences that every face of the system shares (DESIGN 8). */
import type { EngineSnapshot } from "../app/engine-snapshot.ts";
import { count, number, plural } from "../app/formats.ts";
import { blockingClaim } from "../research/report/claim-names.ts";

/** `Session 3 of 5`; without an end, `Session 3`. */
export function sessionCount({ session: { number: n, of } }: EngineSnapshot): string {
  return Number.isFinite(of) ? `Session ${count(n)} of ${count(of)}` : `Session ${count(n)}`;
}

export function speedText(speed: number): string {
  if (speed === Number.POSITIVE_INFINITY) return "full speed";
  return Number.isInteger(speed) ? `${count(speed)}×` : `${number(speed, 1)}×`;
}

/** What the gate kept from trading, most first: `position_size 12 refused, 3 trimmed`. */
export function blockedWords({ blocked }: EngineSnapshot): string[] {
  return blocked
    .filter((entry) => entry.count + entry.shrunk > 0)
    .toSorted((a, b) => b.count + b.shrunk - (a.count + a.shrunk))
    .map(({ rule, count: refused, shrunk }) => {
      const parts = [
        ...(refused > 0 ? [`${count(refused)} refused`] : []),
        ...(shrunk > 0 ? [`${count(shrunk)} trimmed`] : []),
      ];
      return `${blockingClaim(rule) ?? rule} ${parts.join(", ")}`;
    });
}

export function dataWords({ bars, rejectedRecords }: EngineSnapshot): string {
  const refused = rejectedRecords === 0 ? "none refused" : `${plural(rejectedRecords, "record")} refused`;
  return `${plural(bars, "bar")}, ${refused}`;
}
