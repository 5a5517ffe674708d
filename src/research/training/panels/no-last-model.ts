/** What panels of the last model say where there is none. */
import { emptyState } from "../../report/figures.ts";
import type { Markup } from "../../report/markup.ts";
import type { LastModel } from "../training-result.ts";

export const noLastModel = (last: LastModel | null): Markup =>
  last === null
    ? emptyState("No last model.", "A walk alone learns none; plimsoll train does.")
    : emptyState("No model of the last days.", `${last.why ?? "Nobody said why"}.`);
