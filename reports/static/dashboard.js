"use strict";
// Filters, sorts and pages the table of submissions; everything else on the page stands without it.
(() => {
  const SCORE = 2, PERCENT = 3, STATUS = 4, FIRST_SUITE = 5;
  const at = (id) => document.getElementById(id);
  if (!at("table")) return;

  const data = JSON.parse(at("data").textContent);
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const heads = [...document.querySelectorAll("#table [data-column]")];
  const last = heads.length;
  const rows = data.rows.map((values) => ({
    values: values.slice(0, last),
    href: values[last],
    contact: values[last + 1],
    max: values[last + 2],
    traits: values[last + 3],
    text: [values[0], values[1], values[last + 1]].join("\n").toLocaleLowerCase(),
  }));
  let sorted = rows, column = null, descending = false, page = 0;

  const element = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  const badge = ([word, symbol, tone]) => {
    const sign = element("span", {}, symbol);
    sign.setAttribute("aria-hidden", "true");
    return element("span", { className: `badge ${tone}` }, sign, ` ${word}`);
  };

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

  const compare = (a, b) => {
    const [x, y] = [a.values[column], b.values[column]];
    if (x === null || y === null) return (x === null) - (y === null);
    const order = typeof x === "string" ? collator.compare(x, y) : x - y;
    return descending ? -order : order;
  };

  const show = () => {
    const query = at("query").value.trim().toLocaleLowerCase();
    const trait = at("trait").value === "" ? null : Number(at("trait").value);
    const size = Number(at("size").value);
    const found = sorted.filter(
      (row) => row.text.includes(query) && (trait === null || row.traits.includes(trait)),
    );
    const pages = Math.max(1, Math.ceil(found.length / size));
    page = Math.min(page, pages - 1);
    const part = found.slice(page * size, (page + 1) * size);
    at("body").replaceChildren(...part.map(line));
    const count = (number) => number.toLocaleString("en");
    const first = part.length ? page * size + 1 : 0;
    at("shown").textContent =
      `${count(first)} to ${count(page * size + part.length)} of ${count(found.length)}` +
      (found.length < rows.length ? ` that match, of ${count(rows.length)} in all` : "");
    at("page").textContent = `Page ${count(page + 1)} of ${count(pages)}`;
    at("previous").disabled = page === 0;
    at("next").disabled = page === pages - 1;
    document.querySelector(".pages").hidden = pages === 1;
  };

  const showFirst = () => {
    page = 0;
    show();
  };

  const sortBy = (index) => {
    descending = column === index && !descending;
    column = index;
    sorted = [...rows].sort(compare);
    heads.forEach((head, n) => {
      if (n === index) {
        head.parentElement.setAttribute("aria-sort", descending ? "descending" : "ascending");
      } else {
        head.parentElement.removeAttribute("aria-sort");
      }
    });
    showFirst();
  };

  const turn = (step) => {
    page += step;
    show();
    at("submissions").scrollIntoView();
  };

  heads.forEach((head, index) => head.addEventListener("click", () => sortBy(index)));
  at("previous").addEventListener("click", () => turn(-1));
  at("next").addEventListener("click", () => turn(1));
  for (const id of ["query", "trait", "size"]) at(id).addEventListener("input", showFirst);
  document.querySelector(".controls").addEventListener("submit", (event) => event.preventDefault());
  document.querySelector(".controls").addEventListener("reset", () => setTimeout(showFirst));
  document.addEventListener("click", (event) => {
    const those = event.target.closest("a[data-trait]");
    if (!those) return;
    at("query").value = "";
    at("trait").value = those.dataset.trait;
    showFirst();
  });

  at("table").hidden = false;
  show();
})();
