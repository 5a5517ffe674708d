/** Entry of the ledger's process; its only argument is the root. */
import { lifecycleOf } from "./build-execute.ts";
import { ledgerProcess } from "./ledger-process.ts";
import { stageMain } from "./stage-context.ts";

await stageMain("ledger", ledgerProcess(lifecycleOf));
