"use strict";
// A table whose rows a reader filters, sorts and turns over, in the elements that both pages name
// alike: #table, #body, #query, #size, #shown, #page, #previous, #next and the form .controls.
const at = (id) => document.getElementById(id);

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

// `columns` are the values that the heads sort by, `key` is what a row is sorted by in a column,
// `line` its element, `chosen` the control beside the query and `fits` whether a row fits it;
// `top` is what a turned page begins with. Gives the rows that are found, and shows the first page.
const filteredTable = ({ rows, columns, key, line, chosen, fits, top }) => {
  const heads = [...document.querySelectorAll("#table [data-column]")];
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const count = (number) => number.toLocaleString("en");
  let sorted = rows, found = rows, column = null, descending = false, page = 0;

  const compare = (a, b) => {
    const [x, y] = [key(a, column), key(b, column)];
    if (x === null || y === null) return (x === null) - (y === null);
    const order = typeof x === "string" ? collator.compare(x, y) : x - y;
    return descending ? -order : order;
  };

  const show = () => {
    const query = at("query").value.trim().toLocaleLowerCase();
    const choice = at(chosen).value === "" ? null : Number(at(chosen).value);
    const size = Number(at("size").value);
    found = sorted.filter(
      (row) => row.text.includes(query) && (choice === null || fits(row, choice)),
    );
    const pages = Math.max(1, Math.ceil(found.length / size));
    page = Math.min(page, pages - 1);
    const part = found.slice(page * size, (page + 1) * size);
    at("body").replaceChildren(...part.map(line));
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
      if (columns[n] !== index) return head.parentElement.removeAttribute("aria-sort");
      head.parentElement.setAttribute("aria-sort", descending ? "descending" : "ascending");
    });
    showFirst();
  };

  const turn = (step) => {
    page += step;
    show();
    at(top).scrollIntoView();
  };

  heads.forEach((head, n) => head.addEventListener("click", () => sortBy(columns[n])));
  at("previous").addEventListener("click", () => turn(-1));
  at("next").addEventListener("click", () => turn(1));
  for (const id of ["query", chosen, "size"]) at(id).addEventListener("input", showFirst);
  document.querySelector(".controls").addEventListener("submit", (event) => event.preventDefault());
  document.querySelector(".controls").addEventListener("reset", () => setTimeout(showFirst));

  at("table").hidden = false;
  show();
  return { found: () => found, showFirst };
};
