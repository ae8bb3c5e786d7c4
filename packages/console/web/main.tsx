import { render } from "preact";
import { App } from "./app.tsx";
import { connect, restWhileHidden } from "./live/live.ts";
import { interceptLinks } from "./router.ts";
import { startTheme } from "./theme.ts";

startTheme();
interceptLinks();
connect();
restWhileHidden();
render(<App />, document.querySelector("#app")!);
