// Sphinx's own scores, and a lesson before what is made for it: its answers, and lists that name it.
var Scorer = {
  score: ([page, , , , score]) => {
    if (/^notebooks\/\d/.test(page)) return score + 3;
    return /^(index|README|notebooks\/answers\/)/.test(page) ? score - 3 : score;
  },
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};

// What is shown of a page that was found begins with the page, not with its links to another language; a
// formula stands there once, not again as KaTeX writes it for readers who hear it.
const textOf = Search.htmlToText;
Search.htmlToText = (page, anchor) =>
  textOf(
    page
      .replace(/<nav class="page-tools"[\s\S]*?<\/nav>/, "")
      .replace(/<span class="katex-mathml">[\s\S]*?<\/math><\/span>/g, ""),
    anchor,
  );
