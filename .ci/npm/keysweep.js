#!/usr/bin/env node
// Starts the program of this platform's package.
const { spawnSync } = require("node:child_process");

const platform = `${process.platform}-${process.arch}`;
const name = process.platform === "win32" ? "keysweep.exe" : "keysweep";
let program;
try {
  program = require.resolve(`@keysweep/${platform}/bin/${name}`);
} catch {
  console.error(`keysweep: there is no package for ${platform}, or optional dependencies were left out; install with \`cargo install keysweep\``);
  process.exit(2);
}
const result = spawnSync(program, process.argv.slice(2), { stdio: "inherit" });
if (result.error) {
  console.error(`keysweep: the program cannot be started: ${result.error.code}`);
  process.exit(2);
}
process.exit(result.status ?? 2);
