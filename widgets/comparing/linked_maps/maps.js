// The component that draws the points of both maps, and follows the pointer.

function lookOf(element) {
  const style = getComputedStyle(element);
  const token = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  const background = token("--st-background-color", "#ffffff");
  return {
    text: token("--st-text-color", "#31333f"), panel: background,
    frame: "rgba(135, 146, 165, 0.45)", faint: "rgba(135, 146, 165, 0.55)", font: token("--st-font", "sans-serif"),
  };
}

function insidePolygon(x, y, xs, ys) {
  let inside = false;
  for (let one = 0, last = xs.length - 1; one < xs.length; last = one, one += 1) {
    if (ys[one] > y !== ys[last] > y && x < ((xs[last] - xs[one]) * (y - ys[one])) / (ys[last] - ys[one]) + xs[one]) inside = !inside;
  }
  return inside;
}

// What was drawn, in the words of the server: the pane and the corners of the lasso or the box.
function selectionOf(event) {
  for (const [pane, suffix] of [[0, ""], [1, "2"]]) {
    const lasso = event.lassoPoints?.[`x${suffix}`], box = event.range?.[`x${suffix}`];
    if (lasso) return { pane, x: lasso, y: event.lassoPoints[`y${suffix}`] };
    if (box) {
      const [left, right] = box, [bottom, top] = event.range[`y${suffix}`];
      return { pane, x: [left, right, right, left], y: [bottom, bottom, top, top] };
    }
  }
  return null;
}

function markSelection(board, selection) {
  if (JSON.stringify(board.selection) === JSON.stringify(selection)) return;
  board.selection = selection;
  const chosen = [];
  const places = selection && board.maps[selection.pane ? "b" : "a"];
  const traces = [];
  board.plot.data.forEach((trace, number) => {
    if (!trace.items) return;
    traces.push(number);
    if (!selection) return chosen.push(null);
    const inside = [];
    trace.items.forEach((item, place) => {
      if (insidePolygon(places[2 * item], places[2 * item + 1], selection.x, selection.y)) inside.push(place);
    });
    chosen.push(inside);
  });
  board.marking = true;
  const done = () => { board.marking = false; };
  Plotly.update(board.plot, { selectedpoints: chosen }, selection ? {} : { selections: [] }, traces).then(done, done);
}

function follow(board) {
  let next;
  board.hover = (item) => {
    next = item;
    requestAnimationFrame(() => {
      if (board.hovered === next) return;
      board.hovered = next;
      drawOverlay(board);
    });
  };
  board.plot.on("plotly_hover", (event) => board.hover(event.points[0].data.items?.[event.points[0].pointIndex] ?? null));
  board.plot.on("plotly_unhover", () => board.hover(null));
  board.plot.on("plotly_click", (event) => {
    const item = event.points[0].data.items?.[event.points[0].pointIndex];
    if (item !== undefined) board.choose(item);
  });
  board.plot.on("plotly_selected", (event) => {
    if (board.marking || !event) return;
    const selection = selectionOf(event);
    markSelection(board, selection);
    board.tellSelection(selection);
  });
  board.plot.on("plotly_deselect", () => {
    markSelection(board, null);
    board.tellSelection(null);
  });
  for (const moved of ["plotly_relayouting", "plotly_relayout", "plotly_afterplot"]) {
    board.plot.on(moved, () => drawOverlay(board));
  }
}

function saveAsPicture(board) {
  const kinds = new Map();
  const marks = marksOf([board.marks.near_a, board.marks.near_b]);
  for (const pane of [0, 1]) {
    const place = board.maps[pane ? "b" : "a"];
    const add = (item, colour, symbol, text) => {
      const key = `${pane} ${colour} ${symbol}`;
      if (!kinds.has(key)) {
        kinds.set(key, { type: "scatter", mode: "markers+text", x: [], y: [], text: [], showlegend: false,
          xaxis: pane ? "x2" : "x", yaxis: pane ? "y2" : "y", textfont: { color: "white", size: 9 },
          marker: { color: colour, size: symbol === "star" ? 18 : 16, symbol, line: { color: "white", width: 1 } } });
      }
      const trace = kinds.get(key);
      trace.x.push(place[2 * item]); trace.y.push(place[2 * item + 1]); trace.text.push(text);
    };
    for (const { item, ranks } of marks) {
      if (!ranks[pane]) continue;
      add(item, ranks[1 - pane] ? board.look.both : pane ? board.look.b : board.look.a, "circle", String(ranks[pane]));
    }
    add(board.marks.item, board.look.query, "star", "");
  }
  const figure = { data: [...board.plot.data, ...kinds.values()], layout: { ...board.plot.layout, paper_bgcolor: board.look.panel } };
  Plotly.toImage(figure, { format: "png", scale: 2, width: board.plot._fullLayout.width, height: board.plot._fullLayout.height })
    .then((url) => Object.assign(document.createElement("a"), { href: url, download: "maps.png" }).click());
}

// One drawing after the other, since Plotly cannot begin one while another goes on; of those that wait only the last is
// done. Streamlit may take the element away in the middle of one: what goes wrong then is nobody's failure.
function draw(board, container) {
  const turn = (board.turn = (board.turn ?? 0) + 1);
  const gone = () => turn !== board.turn || !container.isConnected;
  const attempt = (left) => async () => {
    if (gone()) return;
    try {
      await drawOnce(board, container);
    } catch (error) {
      if (gone()) return;
      if (!left) throw error;
      Plotly.purge(container.querySelector(".itemscape-plot"));
      board.plot = null;
      await attempt(left - 1)();
    }
  };
  board.drawing = (board.drawing ?? Promise.resolve()).then(attempt(1)).catch((error) => {
    board.failed = String(error);
    board.fail(board.failed);
  });
}

async function drawOnce(board, container) {
  const width = container.clientWidth;
  const config = {
    displaylogo: false, scrollZoom: true, plotGlPixelRatio: 1, displayModeBar: true,
    modeBarButtons: [["pan2d", "zoom2d", "lasso2d", "select2d"], ["resetScale2d"], [{
      name: "picture", title: "Save as a picture", icon: Plotly.Icons.camera, click: () => saveAsPicture(board),
    }]],
  };
  const layout = baseLayout(board.maps, board.look, width);
  const traces = [...densityTraces(board.maps, board.look), ...pointTraces(board.maps)];
  const plot = container.querySelector(".itemscape-plot");
  const first = board.plot !== plot;
  await Plotly.react(plot, traces, { ...layout, width }, config);
  if (!container.isConnected) return;
  Object.assign(board, { plot, overlay: container.querySelector(".itemscape-overlay"), selection: null, hovered: null });
  if (first) follow(board);
  board.redraw = () => drawOverlay(board);
  board.select = (selection) => markSelection(board, selection ?? null);
  if (board.marks) board.select(board.marks.selection);
  drawOverlay(board);
  container.dataset.drawn = "true";
}

// A narrower or wider page: the same picture at its new size, its panes side by side or one above the other.
function fit(board, container) {
  const width = container.clientWidth;
  if (!width || !container.contains(board.plot) || Math.abs(board.plot._fullLayout.width - width) < 2) return;
  const wanted = baseLayout(board.maps, board.look, width);
  const changed = {
    width, height: wanted.height, annotations: wanted.annotations, "margin.b": wanted.margin.b,
    "coloraxis.colorbar.len": wanted.coloraxis.colorbar.len,
  };
  for (const axis of ["xaxis", "xaxis2", "yaxis", "yaxis2"]) changed[`${axis}.domain`] = wanted[axis].domain;
  Plotly.relayout(board.plot, changed).catch(() => {}); // the element was taken away in the middle
}

export default function ({ data, parentElement }) {
  const container = parentElement.querySelector(".itemscape-maps");
  const plot = container.querySelector(".itemscape-plot");
  const maps = unpacked(data);
  const board = boardOf(maps.board);
  board.maps = maps;
  board.look = { ...lookOf(container), ...maps.colours };
  container.style.position = "relative";
  draw(board, container);
  board.observer?.disconnect();
  board.observer = new ResizeObserver(() => fit(board, container));
  board.observer.observe(container);
  return () => {
    Plotly.purge(plot);
    if (board.plot !== plot) return; // another page has taken the board over
    board.observer.disconnect();
    Object.assign(board, { plot: null, overlay: null, redraw: () => {}, select: () => {}, turn: board.turn + 1 });
  };
}
