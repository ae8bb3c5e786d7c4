import { differentialSuite } from "../test/differential/suite.ts";

differentialSuite({ seed: 20_240_700, commands: 200_000, meetsAllDifferences: true });
