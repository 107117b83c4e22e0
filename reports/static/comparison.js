// Filters, sorts and pages the table of results; everything else on the page stands without it.
(async () => {
  const WORKLOAD = 0, SIZE = 1, SIDE = 2, VERDICT = 3, BESIDE = 4, SPEED = 5, TIME = 6;
  const ENERGY = 7, POWER = 8, CLOCK = 9, SHARE = 10;
  const packed = Uint8Array.from(atob(at("data").textContent), (sign) => sign.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const data = JSON.parse(await new Response(stream).text());
  const heads = [...document.querySelectorAll("#table [data-column]")];
  const columns = heads.map((head) => Number(head.dataset.column));
  const rows = data.rows.map((v) => {
    const [suite, name, side] = [data.texts[v[0]], data.texts[v[1]], data.sides[v[3]]];
    return {
      values: [name, v[2], side, v[4], v.slice(5, 8), v.slice(9, 12), v.slice(12, 15),
        v.slice(15, 18), v[18], v[19], v[20]],
      suite,
      remark: data.texts[v[8]],
      text: [suite, name, side].join("\n").toLocaleLowerCase(),
    };
  });

  const digits = (value) => {
    const size = Math.abs(value);
    if (size >= 99.95) return Math.round(value).toLocaleString("en");
    if (size < 0.0995) return String(Number(value.toPrecision(3)));
    return value.toFixed(size >= 9.995 ? 1 : 2);
  };
  const UNITS = [[1e3, "k"], [1, ""], [1e-3, "m"], [1e-6, "µ"], [1e-9, "n"]];
  const quantity = ([value, low, high], unit) => {
    if (value === null) return "–";
    const [length, sign] = unit === "×" || unit === "s" && value >= 0.9995 ? [1, ""]
      : UNITS.find(([length]) => value >= length * 0.9995) ?? UNITS.at(-1);
    const number = `${digits(value / length)}${unit === "×" ? "×" : ` ${sign}${unit}`}`;
    return low === null ? number : `${number} [${digits(low / length)}, ${digits(high / length)}]`;
  };

  const verdict = (row) => {
    const parts = [];
    if (row.values[VERDICT] !== null) parts.push(badge(data.outcomes[row.values[VERDICT]]));
    if (row.remark) parts.push(element("span", { className: "remark" }, row.remark));
    return element("td", {}, ...parts);
  };

  const shown = (row, index) => {
    const value = row.values[index];
    if (index === TIME) return quantity(value, "s");
    if (index === SPEED || index === BESIDE) return quantity(value, "×");
    if (index === ENERGY) return quantity(value, "J");
    if (value === null) return "–";
    if (index === POWER) return `${digits(value)} W`;
    if (index === CLOCK) return `${Math.round(value)} MHz`;
    return index === SHARE ? `${Math.round(100 * value)} %` : String(value);
  };

  const line = (row) => element("tr", {}, ...columns.map((index) => {
    if (index === VERDICT) return verdict(row);
    if (index !== WORKLOAD && index !== SIDE) {
      return element("td", { className: "number" }, shown(row, index));
    }
    const cell = element(index === WORKLOAD ? "th" : "td", {}, element("bdi", {}, shown(row, index)));
    if (index === WORKLOAD) {
      cell.scope = "row";
      cell.append(element("span", { className: "remark" }, element("bdi", {}, row.suite)));
    }
    return cell;
  }));

  const save = () => {
    const quoted = (value) =>
      /[",\n]/.test(value ?? "") ? `"${String(value).replaceAll('"', '""')}"` : String(value ?? "");
    const names = ["suite", "workload", "size", "side", "verdict"];
    for (const name of ["against_baseline", "speed_ratio", "time_s", "energy_j"]) {
      names.push(name, `${name}_low`, `${name}_high`);
    }
    names.push("power_w", "clock_mhz", "share_of_roof", "remark");
    const lines = table.found().map(({ suite, values, remark }) => [
      suite, ...values.slice(WORKLOAD, VERDICT),
      values[VERDICT] === null ? null : data.outcomes[values[VERDICT]][0],
      ...values.slice(BESIDE).flat(), remark,
    ]);
    const text = [names, ...lines].map((line) => line.map(quoted).join(",")).join("\n");
    const url = URL.createObjectURL(new Blob([`${text}\n`], { type: "text/csv" }));
    element("a", { href: url, download: "results.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  };

  data.outcomes.forEach(([word], n) => at("outcome").append(element("option", { value: n }, word)));
  const table = filteredTable({
    rows,
    columns,
    line,
    key: (row, column) => [row.values[column]].flat()[0],
    chosen: "outcome",
    fits: (row, outcome) => row.values[VERDICT] === outcome,
    top: "results",
  });
  at("save").addEventListener("click", save);
})();
