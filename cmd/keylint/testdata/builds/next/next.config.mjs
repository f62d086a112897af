export default { distDir: process.env.DIST_DIR, output: "standalone", outputFileTracingRoot: import.meta.dirname };
