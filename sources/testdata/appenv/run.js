// Reads a JSON list of projects, each a map from file name to content, on standard input, and prints for each the variables
// that the loader named on the command line makes of its files in a production build.
const fs = require("fs"), os = require("os"), path = require("path"), Module = require("module");

// What the loaders' files require besides is not installed, and not used by what is run here.
const known = new Set(["fs", "path", "os", "dotenv", "dotenv-expand", "chalk", "debug"]);
const anything = () => new Proxy({}, { get: () => () => () => {} });
const load = Module._load;
let dir;
Module._load = function (request, parent, main) {
  if (request === "./paths") return { dotenv: path.join(dir, ".env") };
  const from = (parent && parent.filename) || "";
  const bare = !request.startsWith(".") && !request.startsWith("node:");
  if ((from.includes("/react-scripts/") || from.includes("/@vue/cli-service/")) && !known.has(request) && (bare || from.includes("/@vue/"))) return anything();
  return load.call(this, request, parent, main);
};

const loaders = {
  "react-scripts"() {
    const file = require.resolve("react-scripts/config/env.js");
    delete require.cache[file];
    require(file);
  },
  "@vue/cli-service"() {
    const Service = require("@vue/cli-service/lib/Service.js");
    const loadEnv = Service.prototype.loadEnv;
    loadEnv.call({ context: dir }, "production");
    loadEnv.call({ context: dir });
  },
  "@expo/env"() {
    require("@expo/env").loadProjectEnv(dir, { force: true, silent: true });
  },
  // The function is inside of a longer one, from which its text is taken.
  gatsby() {
    const text = fs.readFileSync(path.join(__dirname, "node_modules/gatsby/dist/utils/webpack.config.js"), "utf8");
    const from = text.indexOf("function processEnv("), to = text.indexOf("\n  debug(`Loading webpack config");
    if (from < 0 || to < from) throw new Error("gatsby has no processEnv where it was");
    const at = { cwd: () => dir, env: process.env };
    const make = new Function("process", "fs", "path", "dotenv", "debug", "reporter", text.slice(from, to) + "; return processEnv");
    const defined = make(at, fs, path, require("dotenv-8"), () => {}, console)("build-javascript", "production");
    return Object.fromEntries(Object.entries(defined).filter(([name]) => name !== "process.env").map(([name, value]) => [name.replace("process.env.", ""), JSON.parse(value ?? '""')]));
  },
};

// What the loaders set themselves.
const own = new Set(["NODE_ENV", "BABEL_ENV", "NODE_PATH", "__EXPO_ENV_LOADED", "PUBLIC_DIR", "BUILD_STAGE", "CYPRESS_SUPPORT", "GATSBY_QUERY_ON_DEMAND"]);
const projects = JSON.parse(fs.readFileSync(0, "utf8"));
const before = { ...process.env, NODE_ENV: "production" };
const results = projects.map((files) => {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
  dir = fs.mkdtempSync(path.join(os.tmpdir(), "appenv-"));
  for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(dir, name), content);
  const defined = loaders[process.argv[2]]() || process.env;
  const env = {};
  for (const name of Object.keys(defined)) if (!(name in before) && !own.has(name)) env[name] = defined[name];
  fs.rmSync(dir, { recursive: true });
  return env;
});
process.stdout.write(JSON.stringify(results));
