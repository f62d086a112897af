#!/usr/bin/env node
// Runs the keylint binary of this system, which comes with one of the packages that
// package.json names under optionalDependencies: npm installs the one whose "os" and
// "cpu" fit, and nothing is downloaded by a script.
"use strict";

const { spawnSync } = require("node:child_process");
const { constants } = require("node:os");

const couldNotRun = 2; // what keylint itself exits with where it cannot do its job

function fail(message) {
  console.error(`keylint: ${message}`);
  process.exit(couldNotRun);
}

const name = `@keylint/${process.platform}-${process.arch}`;
if (!(name in require("./package.json").optionalDependencies)) {
  fail(`there is no released binary for ${process.platform} on ${process.arch}`);
}

let binary;
try {
  binary = require.resolve(`${name}/bin/keylint${process.platform === "win32" ? ".exe" : ""}`);
} catch {
  fail(
    `the package ${name}, which holds the binary, is not installed. ` +
      "Was it left out (--omit=optional, --no-optional), or was node_modules made on another system? " +
      "Install again with optional dependencies, on this system.",
  );
}

const { error, signal, status } = spawnSync(binary, process.argv.slice(2), { stdio: "inherit" });
if (error) {
  fail(`cannot run ${binary}: ${error.message}`);
}
// What a shell reports of a process that a signal ended.
process.exitCode = signal ? 128 + constants.signals[signal] : status;
