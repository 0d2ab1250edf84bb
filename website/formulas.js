// Makes HTML of formulas: a line of JSON {tex, display} comes in, a line {html} or {error} goes out.
const katex = require(process.argv[2]);

// Chinese words stand in formulas on purpose; whatever else KaTeX finds doubtful is an error.
const strict = (code) => (code === "unicodeTextInMathMode" ? "ignore" : "error");

require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { tex, display } = JSON.parse(line);
  let answer;
  try {
    answer = { html: katex.renderToString(tex, { displayMode: display, throwOnError: true, strict }) };
  } catch (error) {
    answer = { error: String(error.message) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
