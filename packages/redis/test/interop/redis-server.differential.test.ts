import { differentialSuite } from "../differential/suite.ts";

differentialSuite({ seed: 7, commands: 4000 });
