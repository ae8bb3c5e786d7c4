#!/usr/bin/env node
// The `tenon` command's first file. It has to be understood by every Node there ever was, so that an old one gets a
// sentence instead of a syntax error; hence the old syntax, and CommonJS. It is one file since each more costs a short
// run half a millisecond.
var NEEDED = 24;
var found = process.versions.node;

if (parseInt(found, 10) < NEEDED) {
  console.error("tenon needs Node " + NEEDED + " or newer; this is Node " + found + ".");
  process.exit(1);
}

var fs = require("node:fs");
var path = require("node:path");
var vm = require("node:vm");

// In the published package this file lies in dist/bin/, beside the bundle; in the repository in bin/, beside the sources.
var BUNDLE = path.join(__dirname, "..", "bundle");
// Tools that are started so often that they skip the dispatcher: the word, and the function of their own bundle.
var DIRECT = { grep: "main", egrep: "egrep", fgrep: "fgrep" };
var word = process.argv[2];
var tool = path.join(BUNDLE, "grep.cjs");
/** Files of the tool whose code was not kept, or was another V8's: { script, keptIn }. */
var compiledAnew = [];

if (Object.prototype.hasOwnProperty.call(DIRECT, word) && fs.existsSync(tool)) startTool(DIRECT[word]);
else startDispatcher();

function startDispatcher() {
  keepAsNodeDoes();
  var main = path.join(BUNDLE, "main.js");
  require(fs.existsSync(main) ? main : path.join(__dirname, "..", "src", "main.ts"));
}

/** V8's compiled code is kept between runs: half of the start-up time would otherwise be compiling the same files again. */
function keepAsNodeDoes() {
  require("node:module").enableCompileCache();
}

function startTool(name) {
  if (!process.env.NODE_DISABLE_COMPILE_CACHE) require.extensions[".cjs"] = loadCompiled;
  var grep = require(tool);
  // Whoever gives V8 flags of his own has other code.
  if (compiledAnew.length > 0 && process.execArgv.length === 0 && !process.env.NODE_OPTIONS) {
    rehearse(grep);
    compiledAnew.forEach(keepCode);
  }
  grep[name](process.argv.slice(3)).then(function (code) {
    // All output is written. To leave at once spares taking down what ends with the process anyway.
    process.exit(code);
  });
}

// What Node keeps of a file is its code before it has run. Functions are compiled when they are first called, and that is
// most of what a short run does; so a tool's code is kept as it is after a rehearsal. It lies beside the file: whoever may
// write there could as well change the file, and who may not has Node keep what it can.

/** Calls the functions of usual runs. V8 keeps of those that it compiled further that this is worth it, and would do so in every run. */
function rehearse(grep) {
  var v8 = require("node:v8");
  v8.setFlagsFromString("--no-sparkplug --no-maglev --no-opt");
  grep.rehearse(__filename);
  v8.setFlagsFromString("--sparkplug --maglev --opt");
}

/** Loads a CommonJS file. V8 compares no more of the source than its length, so the first line has to tell what the file holds. */
function loadCompiled(module, filename) {
  var before = "(function (exports, require, module, __filename, __dirname) {";
  var source = fs.readFileSync(filename, "utf8");
  var digest = /^\/\/ ([0-9a-f]{16})\n/.exec(source);
  var keptIn = [filename, digest && digest[1], process.arch, process.versions.v8].join(".");
  var kept = attempt(function () {
    return fs.readFileSync(keptIn);
  });
  if (digest === null || (kept === undefined && !isWritable(path.dirname(filename)))) {
    keepAsNodeDoes();
    return module._compile(source, filename);
  }
  var script = new vm.Script(before + source + "\n})", { filename: filename, cachedData: kept });
  if (kept === undefined || script.cachedDataRejected) compiledAnew.push({ script: script, keptIn: keptIn });
  var require = module.require.bind(module);
  script.runInThisContext()(module.exports, require, module, filename, path.dirname(filename));
}

function isWritable(folder) {
  return attempt(function () {
    fs.accessSync(folder, fs.constants.W_OK);
    return true;
  });
}

/** Keeps the code of all functions that were called, for the runs to come. Others may be doing the same. */
function keepCode(compiled) {
  var unfinished = compiled.keptIn + "." + process.pid;
  attempt(function () {
    fs.writeFileSync(unfinished, compiled.script.createCachedData());
    fs.renameSync(unfinished, compiled.keptIn);
  });
}

/** Undefined where the system refuses. */
function attempt(action) {
  try {
    return action();
    // oxlint-disable-next-line no-unused-vars -- old syntax wants a name
  } catch (error) {
    return undefined;
  }
}
