// What the pages do beyond the theme: the switch of language keeps the reader's place, and what can be
// scrolled, opened or folded can be reached from the keyboard.
(() => {
  const headings = () => [...document.querySelectorAll("article section[id]")];

  // The other language has other names for its sections, but the same sections in the same order.
  document.querySelectorAll("a[data-switch]").forEach((link) =>
    link.addEventListener("click", () => {
      const above = headings().filter((section) => section.getBoundingClientRect().top < 120).length;
      link.hash = above > 1 ? `section=${above}` : "";
      link.search = location.search;
    }),
  );
  const place = location.hash.match(/^#section=(\d+)$/);
  if (place) headings()[place[1] - 1]?.scrollIntoView({ behavior: "instant" });

  const scrolled = () =>
    document.querySelectorAll("article pre, article .table-wrapper, article div.math, .output").forEach((box) => {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    });
  addEventListener("load", scrolled);
  addEventListener("resize", scrolled);
  document.addEventListener("toggle", scrolled, true);

  document.querySelectorAll("label[for=__navigation], label[for=__toc]").forEach((label) => {
    if (label.classList.contains("overlay")) return;
    label.tabIndex = 0;
    label.setAttribute("role", "button");
    label.setAttribute("aria-label", document.getElementById(label.htmlFor).getAttribute("aria-label"));
    label.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      label.click();
    });
  });
})();
