/** Entry of the page: the look, the key in the address, the session, the stream; then it is drawn. */
import "./styles/tokens.css";
import "./styles/page.css";
import { mount } from "svelte";
import App from "./app.svelte";
import { live } from "./state/live.svelte.ts";
import { preferences } from "./state/preferences.svelte.ts";
import { route } from "./state/route.svelte.ts";
import { keyInAddress, session } from "./state/session.svelte.ts";

preferences.load();
const found = keyInAddress(location.href);
if (found !== null) history.replaceState(null, "", found.clean);
route.start();

const target = document.getElementById("page");
if (target !== null) mount(App, { target });

live.start(() => void session.check());
if (found === null) await session.check();
else await session.login(found.key);
