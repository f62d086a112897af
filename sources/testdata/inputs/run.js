// Reads a JSON list of texts on standard input, and prints for each the items that Docker's actions make of it as "build-args":
// the options are those of docker/actions-toolkit, Util.getInputList with ignoreComma. It is null where the text is refused.
const fs = require("fs");
const { parse } = require("csv-parse/sync");
const results = JSON.parse(fs.readFileSync(0, "utf8")).map((text) => {
  try {
    const records = parse(text, { columns: false, relaxQuotes: true, relaxColumnCount: true, skipEmptyLines: true });
    return records.map((record) => record.join(",")).filter((item) => item).map((item) => item.trim()).filter((item) => item);
  } catch {
    return null;
  }
});
process.stdout.write(JSON.stringify(results));
