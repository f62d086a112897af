// Reads a JSON list of projects, each a map from file name to content, on standard
// input, and prints for each what @next/env makes of its files in a production build.
const fs = require("fs"), os = require("os"), path = require("path");
const { loadEnvConfig, resetEnv } = require("@next/env");
const projects = JSON.parse(fs.readFileSync(0, "utf8"));
const quiet = { info() {}, error() {} };
const before = new Set(Object.keys(process.env));
const results = projects.map((files) => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "nextenv-"));
  for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(dir, name), content);
  const { combinedEnv, loadedEnvFiles } = loadEnvConfig(dir, false, quiet, true);
  const names = new Set(loadedEnvFiles.flatMap((f) => Object.keys(f.env)));
  const env = {};
  for (const name of names) if (!before.has(name)) env[name] = combinedEnv[name];
  resetEnv();
  for (const name of Object.keys(process.env)) if (!before.has(name)) delete process.env[name];
  fs.rmSync(dir, { recursive: true });
  return env;
});
process.stdout.write(JSON.stringify(results));
