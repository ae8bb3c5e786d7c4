// Jest's transform for the repository's sources: types are taken out by Node itself, as when it runs them.
const { stripTypeScriptTypes } = require("node:module");

module.exports = {
  process: (source, file) => ({ code: file.endsWith(".ts") ? stripTypeScriptTypes(source) : source }),
};
