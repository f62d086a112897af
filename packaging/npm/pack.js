// Makes the npm packages of a release out of what goreleaser built:
//
//   node packaging/npm/pack.js DIST
//
// writes DIST/npm/*.tgz: "keylint", and for each system that was built
// "@keylint/SYSTEM-PROCESSOR" with the binary. The same binaries give the same bytes.
"use strict";

const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const root = path.resolve(__dirname, "../..");
const dist = path.resolve(process.argv[2] ?? path.join(root, "dist"));
const out = path.join(dist, "npm");
const work = fs.mkdtempSync(path.join(os.tmpdir(), "keylint-npm-"));
process.on("exit", () => fs.rmSync(work, { recursive: true }));
const { version } = JSON.parse(fs.readFileSync(path.join(dist, "metadata.json"), "utf8"));
const artifacts = JSON.parse(fs.readFileSync(path.join(dist, "artifacts.json"), "utf8"));

// Go's words for a system and a processor, and Node's.
const systems = { linux: "linux", darwin: "darwin", windows: "win32" };
const processors = { amd64: "x64", arm64: "arm64" };

const common = {
  version,
  license: "Apache-2.0",
  homepage: "https://github.com/keylint/keylint",
  repository: { type: "git", url: "git+https://github.com/keylint/keylint.git" },
  bugs: "https://github.com/keylint/keylint/issues",
};

// pack makes one package: files are where each comes from, by its path in the package.
function pack(manifest, files) {
  const dir = path.join(work, manifest.name);
  for (const [to, from] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(dir, to)), { recursive: true });
    fs.copyFileSync(from, path.join(dir, to));
    fs.chmodSync(path.join(dir, to), fs.statSync(from).mode & 0o100 ? 0o755 : 0o644);
  }
  fs.writeFileSync(path.join(dir, "package.json"), JSON.stringify(manifest, null, 2) + "\n", { mode: 0o644 });
  execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", out, dir], { stdio: ["ignore", "ignore", "inherit"] });
}

fs.rmSync(out, { recursive: true, force: true });
fs.mkdirSync(out, { recursive: true });

const licences = {
  LICENSE: path.join(root, "LICENSE"),
  THIRD_PARTY_NOTICES: path.join(root, "packaging/generated/THIRD_PARTY_NOTICES"),
};
const optionalDependencies = {};
for (const { type, goos, goarch, path: binary } of artifacts) {
  if (type !== "Binary") continue;
  const name = `@keylint/${systems[goos]}-${processors[goarch]}`;
  pack(
    {
      name,
      description: `The binary of keylint for ${systems[goos]} on ${processors[goarch]}; install "keylint" instead.`,
      ...common,
      os: [systems[goos]],
      cpu: [processors[goarch]],
      preferUnplugged: true, // yarn would keep it in an archive, from which nothing can be run
      files: ["bin", "THIRD_PARTY_NOTICES"],
    },
    { ...licences, [`bin/${path.basename(binary)}`]: path.resolve(dist, "..", binary) },
  );
  optionalDependencies[name] = version;
}
if (Object.keys(optionalDependencies).length === 0) throw new Error(`${dist} holds no binary`);

pack(
  {
    name: "keylint",
    description: "Finds Supabase API keys in a GitOps repository that their gateway will refuse, offline and before merge.",
    ...common,
    keywords: ["supabase", "gitops", "linter", "kubernetes", "sops", "sealed-secrets"],
    engines: { node: ">=18" },
    bin: { keylint: "keylint.js" },
    files: ["keylint.js"],
    optionalDependencies: Object.fromEntries(Object.entries(optionalDependencies).sort()),
  },
  { LICENSE: licences.LICENSE, "README.md": path.join(__dirname, "README.md"), "keylint.js": path.join(__dirname, "keylint.js") },
);
