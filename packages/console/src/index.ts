/** The web console of a stack. */
export { Console, type ConsoleOptions } from "./console.ts";
export type { ServiceState, ServiceView, StackView } from "./stack-view.ts";
