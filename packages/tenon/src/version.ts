/** The version of this package; held equal to package.json by a test, so that it need not be read at each start. */
export const VERSION = "0.1.0";
