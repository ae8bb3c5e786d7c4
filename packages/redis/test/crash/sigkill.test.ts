import { sigkillSuite } from "./sigkill.ts";

sigkillSuite(3);
