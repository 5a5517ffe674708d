/** `npm run build:page`: the operator's page, built where it is missing or its sources have changed. */
import { buildPage } from "../src/dashboard/server/page-build.ts";

const built = await buildPage();
if ("why" in built) {
  console.error(built.why);
  process.exitCode = 1;
}
