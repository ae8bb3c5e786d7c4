/** The process of one contender of a micro scenario: `micro-child.ts <suite's URL> <scenario> <contender>`. */
import { serve } from "./micro-scenario.ts";

const [file = "", scenario = "", contender = ""] = process.argv.slice(2);
await import(file);
await serve(scenario, contender);
