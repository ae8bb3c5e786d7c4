/** The version of Redis that this server behaves as. Clients look at it to decide what they may use. */
export const REDIS_VERSION = "7.4.2";
