// Reads a JSON list of projects, each a map from file name to content, on standard input, and
// prints for each the VITE_ variables that Vite's loadEnv makes of its files in a production
// build.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { loadEnv } from "vite";
const projects = JSON.parse(fs.readFileSync(0, "utf8"));
const results = projects.map((files) => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "viteenv-"));
  for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(dir, name), content);
  const env = loadEnv("production", dir, "VITE_");
  fs.rmSync(dir, { recursive: true });
  return env;
});
process.stdout.write(JSON.stringify(results));
