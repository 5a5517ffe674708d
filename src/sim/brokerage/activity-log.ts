/** The account's record of what happened to it: fills and fees, in order, each under an id that sorts by time. */
import { civilDate, dayOf, type EpochMicros, isoInstant, startOfDay } from "../../domain/time.ts";
import type { Activity, ActivityFilter, CashActivity, FeeActivity, FillActivity } from "./account-view.ts";
import type { OrderIds } from "./order-ids.ts";

const MOST_ROWS = 100;

export class ActivityLog {
  readonly #rows: Activity[] = [];
  readonly #ids: OrderIds;

  constructor(ids: OrderIds) {
    this.#ids = ids;
  }

  fill(at: EpochMicros, executionId: string, row: Omit<FillActivity, "id" | "at" | "activityType">): void {
    this.#rows.push({ id: `${stamp(at)}::${executionId}`, at, activityType: "FILL", ...row });
  }

  fee(at: EpochMicros, row: Omit<FeeActivity, "id" | "at" | "activityType">): void {
    this.#rows.push({ id: `${stamp(at)}::${this.#ids.next()}`, at, activityType: "FEE", ...row });
  }

  cash(at: EpochMicros, row: Omit<CashActivity, "id" | "at">): void {
    this.#rows.push({ id: `${stamp(at)}::${this.#ids.next()}`, at, ...row });
  }

  /** An unknown page token yields nothing: the page after a row that is not there. */
  list(filter: ActivityFilter): readonly Activity[] {
    const { types, orderId, direction = "desc", pageSize = MOST_ROWS, pageToken } = filter;
    const after = filter.after ?? Number.NEGATIVE_INFINITY;
    const until = filter.until ?? Number.POSITIVE_INFINITY;
    const found = this.#rows.filter(
      (row) =>
        (types?.includes(row.activityType) ?? true) &&
        row.at > after &&
        row.at < until &&
        (orderId === undefined || (row.activityType === "FILL" && row.orderId === orderId)),
    );
    if (direction === "desc") found.reverse();
    const last = pageToken === undefined ? -1 : found.findIndex(({ id }) => id === pageToken);
    if (pageToken !== undefined && last < 0) return [];
    return found.slice(last + 1, last + 1 + Math.max(1, Math.min(pageSize, MOST_ROWS)));
  }
}

/** `YYYYMMDDHHMMSSmmm`, UTC. */
function stamp(at: EpochMicros): string {
  const day = dayOf(at);
  const { year, month, day: ofMonth } = civilDate(day);
  const millis = Math.floor((at - startOfDay(day)) / 1000);
  const clock = isoInstant(at).slice(11, 19).replaceAll(":", "");
  const date = `${year}${String(month).padStart(2, "0")}${String(ofMonth).padStart(2, "0")}`;
  return `${date}${clock}${String(millis % 1000).padStart(3, "0")}`;
}
