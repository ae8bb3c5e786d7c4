#!/usr/bin/env node
// The `tenon` command's first file. It has to be understood by every Node there ever was, so that an old one gets a
// sentence instead of a syntax error; hence the old syntax, and CommonJS.
var NEEDED = 24;
var found = process.versions.node;

if (parseInt(found, 10) < NEEDED) {
  console.error("tenon needs Node " + NEEDED + " or newer; this is Node " + found + ".");
  process.exit(1);
}

// V8's compiled code is kept between runs: half of the start-up time would otherwise be compiling the same files again.
require("node:module").enableCompileCache();

// In the published package this file lies in dist/bin/, beside the bundle; in the repository in bin/, beside the sources.
var fs = require("node:fs");
var path = require("node:path");
var bundle = path.join(__dirname, "..", "bundle", "main.js");
// Tools that are started so often that they skip the dispatcher: the word, and the function of their own bundle.
var direct = { grep: "main", egrep: "egrep", fgrep: "fgrep" };
var word = process.argv[2];
var tool = Object.prototype.hasOwnProperty.call(direct, word) && path.join(__dirname, "..", "bundle", "grep.cjs");

if (tool && fs.existsSync(tool)) {
  var main = require(tool)[direct[word]];
  main(process.argv.slice(3)).then(function (code) {
    process.exitCode = code;
  });
} else require(fs.existsSync(bundle) ? bundle : path.join(__dirname, "..", "src", "main.ts"));
