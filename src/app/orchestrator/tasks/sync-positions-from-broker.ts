/** Before the open: our books are the broker's, compared now. */
import { compareBooks, NO_ANSWER } from "../compare-books.ts";
import { counted, defineTask, done, failed, unjudged } from "../task.ts";

export const syncPositionsFromBroker = defineTask({
  id: "sync_positions_from_broker",
  when: { kind: "phase", phase: "PRE_MARKET" },
  about: "Has the books compared with the broker's now; passes when they agree.",
  needs: ["validate_api_connectivity"],
  timeoutMs: 60_000,
  retries: 200,
  backOffMs: 5000,
  isEssential: true,
  inputs: "the broker's orders, positions, fills and account, through execute",
  async run(context) {
    const books = await compareBooks(context, "positions are compared before the open");
    if (books.kind === "unknown") return unjudged(NO_ANSWER);
    if (books.kind === "differ")
      return failed(`our books and the broker's do not agree: ${books.why}; see: plimsoll status`);
    const { snapshot } = await context.door.status();
    const held = snapshot.positions.map(({ symbol, strategy, shares }) => ({ symbol, strategy, shares }));
    return done(`the books agree with the broker's: ${counted(held.length, "position")}`, {
      at: books.at,
      held,
    });
  },
});
