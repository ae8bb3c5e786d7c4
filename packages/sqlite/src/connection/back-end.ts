/** Which back end runs a program. */

/**
 * `auto`: closures first, and JavaScript source once a statement has run for a while, where making code from strings is allowed.
 */
export type BackEndChoice = "auto" | "closures" | "source";
