"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const m = data.measures;
  const byId = (id) => document.getElementById(id);
  const picture = document.querySelector("#drawing > svg");
  const pathElements = [...picture.querySelectorAll(".path")];
  const nodeElements = [...picture.querySelectorAll(".node")];
  const search = byId("search");
  const boxes = [...document.querySelectorAll("input[name=status]")];
  let visible = data.paths.map(() => true);
  let chosen = -1;
  // from is what had the focus before a path was chosen.
  let from = null;

  // Everything that is shown of the input goes through text, never through markup.
  const element = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children.filter((child) => child !== ""));
    return made;
  };
  const place = (at) => (at ? element("div", { className: "at" }, at) : "");

  // What a search looks at: all that the page can show of a path.
  const texts = data.paths.map((path) => JSON.stringify([
    path.text, path.status, path.distribution, path.origin, path.blockers,
    path.rows.map((row) => [row.text, row.at || "", (row.statements || []).map((s) => [s.name, s.at])]),
    path.findings.map((finding) => [finding.rule, finding.message, finding.at]),
  ].flat(Infinity)).toLowerCase());

  const listed = data.paths.map((path, i) => {
    const button = element("button", { type: "button", className: path.status },
      `${path.distribution} / ${path.origin} → ${path.bucket}`,
      element("small", {}, [path.status, ...path.blockers].join(", ")), element("small", { className: "at" }, path.at));
    button.addEventListener("click", () => choose(i, button));
    return element("li", {}, button);
  });
  // Verdicts are in the order in which people want to read of them.
  byId("list").append(...boxes.flatMap((box) => listed.filter((_, i) => data.paths[i].status === box.value)));

  // The layout of picture.go for the paths that are visible, in the same order.
  const layout = () => {
    const columns = data.columns.map((nodes) => nodes
      .map((node) => ({ node: node.node, paths: node.paths.filter((path) => visible[path]), y: 0 }))
      .filter((node) => node.paths.length > 0));
    const divide = (x, y) => Math.trunc(x / y);
    const heightFor = (lines, pitch) => m.nodeHeight + divide(pitch * (lines - 1), m.fraction);
    const stacked = (nodes, pitch) => nodes.reduce((sum, node) => sum + heightFor(node.paths.length, pitch), Math.max(0, nodes.length - 1) * m.nodeGap);
    const height = (node) => heightFor(node.paths.length, node.pitch);
    const offset = (node, i) => m.nodeHeight / 2 + divide(node.pitch * i, m.fraction);
    // slots holds where each path meets its node of each column.
    const slots = columns.map(() => new Map());
    const settle = (column, beside, total) => {
      let free = m.headHeight;
      for (const node of columns[column]) {
        node.y = free;
        if (column !== beside) {
          let sum = 0;
          let n = 0;
          node.paths.forEach((path, i) => {
            if (slots[beside].has(path)) {
              sum += slots[beside].get(path) - offset(node, i);
              n++;
            }
          });
          if (n > 0) {
            node.y = Math.max(free, divide(sum, n));
          }
        }
        free = node.y + height(node) + m.nodeGap;
      }
      let limit = m.headHeight + total;
      for (const node of columns[column].slice().reverse()) {
        node.y = Math.min(node.y, limit - height(node));
        limit = node.y - m.nodeGap;
        node.paths.forEach((path, i) => slots[column].set(path, node.y + offset(node, i)));
      }
    };
    let tallest = 0;
    let total = 0;
    columns.forEach((nodes, column) => {
      if (stacked(nodes, m.leastPitch) > total) {
        tallest = column;
        total = stacked(nodes, m.leastPitch);
      }
    });
    for (const nodes of columns) {
      let pitch = m.leastPitch;
      let tooMuch = m.mostPitch + 1;
      while (tooMuch - pitch > 1) {
        const middle = divide(pitch + tooMuch, 2);
        if (stacked(nodes, middle) <= total) {
          pitch = middle;
        } else {
          tooMuch = middle;
        }
      }
      nodes.forEach((node) => { node.pitch = pitch; });
    }
    settle(tallest, tallest, total);
    for (let column = tallest - 1; column >= 0; column--) {
      settle(column, column + 1, total);
    }
    for (let column = tallest + 1; column < columns.length; column++) {
      settle(column, column - 1, total);
    }
    draw(columns, slots, height, m.headHeight + total + m.margin);
  };

  const columnX = (column) => m.margin + column * (m.nodeWidth + m.columnGap);

  const draw = (columns, slots, height, total) => {
    picture.setAttribute("height", total - m.legendHeight);
    picture.setAttribute("viewBox", `0 ${m.legendHeight} ${picture.getAttribute("width")} ${total - m.legendHeight}`);
    nodeElements.forEach((node) => node.classList.add("gone"));
    columns.forEach((nodes, column) => nodes.forEach((node) => {
      const drawn = nodeElements[node.node];
      drawn.classList.remove("gone");
      drawn.setAttribute("transform", `translate(${columnX(column)} ${node.y})`);
      drawn.querySelector("rect").setAttribute("height", height(node));
      const labels = [...drawn.querySelectorAll("text")];
      labels.slice(2).forEach((label) => label.remove());
      for (let y = m.labelEvery; y <= height(node) - m.nodeHeight; y += m.labelEvery) {
        for (const label of labels.slice(0, 2)) {
          const again = label.cloneNode(true);
          again.setAttribute("y", Number(label.getAttribute("y")) + y);
          drawn.append(again);
        }
      }
    }));
    data.paths.forEach((path, i) => {
      pathElements[i].classList.toggle("gone", !visible[i]);
      if (!visible[i]) {
        return;
      }
      let curves = "";
      const marks = [...pathElements[i].querySelectorAll(".mark")];
      for (let column = 0; column + 1 < slots.length; column++) {
        if (path.nodes[column] === null || path.nodes[column + 1] === null) {
          continue;
        }
        const [x, y] = [columnX(column) + m.nodeWidth, slots[column].get(i)];
        const [toX, toY] = [columnX(column + 1), slots[column + 1].get(i)];
        const middle = (x + toX) / 2;
        curves += `M${x} ${y}C${middle} ${y} ${middle} ${toY} ${toX} ${toY}`;
        const mark = marks.find((each) => each.getAttribute("transform").startsWith(`translate(${middle} `));
        if (mark) {
          mark.setAttribute("transform", `translate(${middle} ${Math.trunc((y + toY) / 2)})`);
        }
      }
      for (const line of pathElements[i].querySelectorAll(":scope > path")) {
        line.setAttribute("d", curves);
      }
    });
  };

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
    const allowed = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    visible = data.paths.map((path, i) => allowed.has(path.status) && words.every((word) => texts[i].includes(word)));
    const count = visible.filter(Boolean).length;
    byId("shown").textContent = `${count} of ${data.paths.length} paths`;
    byId("none").hidden = count > 0;
    listed.forEach((item, i) => { item.hidden = !visible[i]; });
    if (chosen >= 0 && !visible[chosen]) {
      close(false);
    }
    layout();
    reach(visible.indexOf(true), false);
  };

  // reach makes one path the stop of the Tab key in the picture; arrows lead on.
  const reach = (path, focus) => {
    pathElements.forEach((each, i) => each.setAttribute("tabindex", i === path ? "0" : "-1"));
    if (focus && path >= 0) {
      pathElements[path].focus();
      pathElements[path].scrollIntoView({ block: "nearest" });
    }
  };

  // The order of the arrows is that of the lines in the first column.
  const order = data.columns.length ? data.columns[0].flatMap((node) => node.paths) : [];

  const choose = (path, opener) => {
    chosen = path;
    from = opener;
    const { distribution, origin, bucket, status, blockers, rows, findings } = data.paths[path];
    pathElements.forEach((each, i) => {
      each.classList.toggle("chosen", i === path);
      each.setAttribute("aria-pressed", String(i === path));
    });
    picture.classList.add("choosing");
    byId("name").textContent = `${distribution} / ${origin} → ${bucket}`;
    const steps = element("dl", {});
    for (const row of rows) {
      const answers = (row.statements || []).map((s) => element("li", {}, `${s.name}: ${s.applies}, ${s.text}`, place(s.at)));
      steps.append(element("dt", {}, row.name), element("dd", {}, row.text, place(row.at),
        answers.length > 0 ? element("ul", { className: "statements" }, ...answers) : "",
        row.snippet ? element("pre", {}, row.snippet) : ""));
    }
    byId("content").replaceChildren(
      element("span", { className: `badge ${status}` }, [status, ...blockers].join(": ")),
      element("h3", {}, findings.length === 0 ? "No findings" : "Findings"), ...findings.map(finding),
      element("h3", {}, "Hops"), steps);
    byId("overview").hidden = true;
    byId("details").hidden = false;
    byId("panel").scrollTop = 0;
    byId("details").scrollTop = 0;
    byId("name").focus({ preventScroll: true });
    reach(path, false);
    if (!picture.contains(opener)) {
      nodeElements[data.paths[path].nodes[0]].scrollIntoView({ block: "center", inline: "nearest" });
    }
  };

  const finding = (f) => element("div", { className: "finding" },
    element("strong", {}, `${f.level} `),
    f.help ? element("a", { href: f.help, rel: "noreferrer" }, f.rule) : f.rule,
    element("p", {}, f.message), place(f.at), f.suggestion ? element("pre", {}, f.suggestion) : "");

  const close = (focus) => {
    chosen = -1;
    pathElements.forEach((each) => {
      each.classList.remove("chosen");
      each.setAttribute("aria-pressed", "false");
    });
    picture.classList.remove("choosing");
    byId("details").hidden = true;
    byId("overview").hidden = false;
    if (focus && from) {
      from.focus();
    }
  };

  pathElements.forEach((each, i) => {
    each.setAttribute("aria-pressed", "false");
    each.addEventListener("click", () => choose(i, each));
    each.addEventListener("keydown", (event) => {
      const around = order.filter((path) => visible[path]);
      const at = around.indexOf(i);
      const next = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: around.length - 1 }[event.key];
      if (event.key === "Enter" || event.key === " ") {
        choose(i, each);
      } else if (next === undefined) {
        return;
      } else if (next >= 0 && next < around.length) {
        reach(around[next], true);
      }
      event.preventDefault();
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && chosen >= 0) {
      close(true);
    }
  });
  byId("close").addEventListener("click", () => close(true));
  byId("filter").addEventListener("submit", (event) => event.preventDefault());
  search.addEventListener("input", filter);
  boxes.forEach((box) => box.addEventListener("change", filter));
  const measure = () => document.documentElement.style.setProperty("--head", `${document.querySelector("header").offsetHeight}px`);
  window.addEventListener("resize", measure);
  measure();

  if (data.others.length > 0) {
    byId("others").hidden = false;
    byId("others").append(...data.others.map(finding));
  }
  filter();
})();
