/**
 * `node:fs`, for what every run of a script needs of it. An `import` would make a namespace object of all that the module
 * has, which loads streams and promises for nobody: that takes as long as compiling and running a small script.
 */
import type NodeFileSystem from "node:fs";

export const fs: typeof NodeFileSystem = process.getBuiltinModule("node:fs");
