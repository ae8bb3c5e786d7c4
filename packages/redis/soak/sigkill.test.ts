import { sigkillSuite } from "../test/crash/sigkill.ts";

sigkillSuite(25);
