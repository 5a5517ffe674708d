/** The columns of a long table for the room there is: on a phone those are left out that a wide page alone has. */
import type { Column } from "../parts/table.ts";

/** From so many pixels down a page is a phone's. */
export const phoneTo = 720;

export const fitting = <Row>(columns: readonly Column<Row>[], viewWidth: number): readonly Column<Row>[] =>
  viewWidth > phoneTo ? columns : columns.filter(({ isWideOnly }) => isWideOnly !== true);
