for (const place of document.querySelectorAll("[data-search]")) {
  const box = document.createElement("input");
  box.type = "search";
  box.placeholder = place.dataset.search;
  box.setAttribute("aria-label", place.dataset.search);
  const rows = [...place.querySelectorAll("tbody tr")].map((row) => [row, row.textContent.toLowerCase()]);
  box.addEventListener("input", () => {
    const words = box.value.toLowerCase().split(/\s+/);
    for (const [row, text] of rows) row.hidden = !words.every((word) => text.includes(word));
  });
  place.prepend(box);
}
