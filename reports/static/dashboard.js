// Filters, sorts and pages the table of submissions; everything else on the page stands without it.
(() => {
  const SCORE = 2, PERCENT = 3, STATUS = 4;
  if (!at("table")) return;

  const data = JSON.parse(at("data").textContent);
  const last = document.querySelectorAll("#table [data-column]").length;
  const rows = data.rows.map((values) => ({
    values: values.slice(0, last),
    href: values[last],
    contact: values[last + 1],
    max: values[last + 2],
    traits: values[last + 3],
    text: [values[0], values[1], values[last + 1]].join("\n").toLocaleLowerCase(),
  }));

  const shown = (row, index) => {
    const value = row.values[index];
    if (value === null) return "–";
    if (index === SCORE) return `${value} / ${row.max}`;
    if (index === PERCENT) return `${value.toFixed(1)} %`;
    return index === STATUS ? badge(data.badges[value]) : String(value);
  };

  const line = (row) => {
    const link = element("a", { href: row.href }, element("bdi", {}, row.values[0]));
    const student = element("td", {}, element("bdi", {}, row.values[1]));
    if (row.contact) {
      student.append(element("span", { className: "remark" }, element("bdi", {}, row.contact)));
    }
    const cells = row.values.slice(SCORE).map((_, offset) => {
      const index = SCORE + offset;
      return element("td", { className: index === STATUS ? "" : "number" }, shown(row, index));
    });
    return element("tr", {}, element("th", { scope: "row" }, link), student, ...cells);
  };

  const { showFirst } = filteredTable({
    rows,
    line,
    columns: [...Array(last).keys()],
    key: (row, column) => row.values[column],
    chosen: "trait",
    fits: (row, trait) => row.traits.includes(trait),
    top: "submissions",
  });
  document.addEventListener("click", (event) => {
    const those = event.target.closest("a[data-trait]");
    if (!those) return;
    at("query").value = "";
    at("trait").value = those.dataset.trait;
    showFirst();
  });
})();
