import { secondaryKillSuite } from "./secondary-kill.ts";

secondaryKillSuite(4);
