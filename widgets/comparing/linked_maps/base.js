// The points of both maps as Plotly draws them. They do not change with the chosen item or the pointer: what does is
// drawn by the overlay, above them, without asking Plotly to go through 40,000 points again.

const NARROW = 720; // pixels of width below which the maps stand one above the other
const PANE_HEIGHT = 560;
const MOST_WITHOUT_WEBGL = 4000; // points of each map that a browser without it draws one by one

function isNarrow(width) {
  return width < NARROW;
}

function hasWebGL() {
  const canvas = document.createElement("canvas");
  return Boolean(canvas.getContext("webgl2") ?? canvas.getContext("webgl"));
}

function pointTraces(maps) {
  const traces = [];
  const kind = hasWebGL() ? "scattergl" : "scatter";
  const every = kind === "scatter" ? Math.ceil(maps.sample.length / MOST_WITHOUT_WEBGL) : 1;
  const members = groupMembers(maps);
  ["a", "b"].forEach((side, pane) => {
    for (const group of members) {
      const placed = group.rows.filter((item) => Number.isFinite(maps[side][2 * item]));
      const rows = placed.filter((_, number) => number % every === 0);
      if (!rows.length) continue;
      const marker = { opacity: 0.75, size: maps.sizes ? Array.from(rows, (item) => maps.sizes[item]) : maps.pointSize };
      if (maps.colour.kind === "scale") {
        Object.assign(marker, { color: Array.from(rows, (item) => maps[`shade_${side}`][item]), coloraxis: "coloraxis" });
      } else {
        marker.color = group.colour;
      }
      traces.push({
        type: kind,
        mode: "markers",
        name: group.name,
        legendgroup: group.name,
        showlegend: maps.colour.kind === "groups" && pane === 0,
        x: Array.from(rows, (item) => maps[side][2 * item]),
        y: Array.from(rows, (item) => maps[side][2 * item + 1]),
        xaxis: pane ? "x2" : "x",
        yaxis: pane ? "y2" : "y",
        marker,
        hoverinfo: "none",
        unselected: { marker: { color: "#9aa4b5", opacity: 0.18 } },
        items: rows,
      });
    }
  });
  return traces;
}

function groupMembers(maps) {
  if (maps.colour.kind === "scale") return [{ name: "items", rows: Array.from(maps.sample) }];
  const groups = maps.colour.names.map((name, code) => ({ name, colour: maps.colour.colours[code], rows: [] }));
  for (const item of maps.sample) groups[maps.group[item]].rows.push(item);
  return groups.reverse(); // what is left over lies below what has a name
}

function densityTraces(maps, look) {
  if (!maps.density_a) return [];
  return ["a", "b"].map((side, pane) => {
    const { x0, dx, y0, dy, width } = maps.grid;
    const cells = maps[`density_${side}`];
    const z = [];
    for (let row = 0; row * width < cells.length; row += 1) z.push(Array.from(cells.subarray(row * width, (row + 1) * width)));
    return {
      type: "heatmap", z, x0, dx, y0, dy, zmin: 0, zmax: 255, showscale: false, hoverinfo: "skip", zsmooth: "best",
      colorscale: [[0, "rgba(0,0,0,0)"], [1, look.faint]], xaxis: pane ? "x2" : "x", yaxis: pane ? "y2" : "y",
    };
  });
}

// Pixels of the legend, about: Plotly gives each name as much room as the longest takes.
function legendHeight(names, width) {
  const widest = Math.max(...names.map((name) => 55 + 7 * name.length));
  return 30 + 20 * Math.ceil(names.length / Math.max(Math.floor(width / widest), 1));
}

function ticksOf(colour) {
  if (!colour.ticks?.length) return {};
  return { tickvals: colour.ticks.map(([place]) => place), ticktext: colour.ticks.map(([, text]) => text) };
}

function baseLayout(maps, look, width) {
  const narrow = isNarrow(width);
  const below = maps.colour.kind === "scale" ? 70 : legendHeight(maps.colour.names, width);
  const bare = {
    showgrid: false, zeroline: false, showticklabels: false, ticks: "", showline: true, mirror: true,
    linecolor: look.frame, linewidth: 1, fixedrange: false,
  };
  const across = narrow ? [[0.004, 0.996], [0.004, 0.996]] : [[0.002, 0.492], [0.508, 0.998]];
  const upward = narrow ? [[0.53, 0.998], [0.002, 0.47]] : [[0.002, 0.998], [0.002, 0.998]];
  const names = maps.names.map((text, pane) => ({
    text: `<b>${pane ? "B" : "A"}</b> ${text}`, showarrow: false, xref: "paper", yref: "paper", yshift: 4,
    x: across[pane][0], y: upward[pane][1], xanchor: "left", yanchor: "bottom", // the buttons stand at the right
    font: { size: 14, color: look.text },
  }));
  return {
    height: (narrow ? 2 : 1) * PANE_HEIGHT + 30 + below,
    margin: { l: 2, r: 2, t: 28, b: below },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: look.frame, activecolor: look.text },
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: look.font, color: look.text },
    dragmode: "pan", hovermode: "closest", hoverdistance: 12,
    xaxis: { ...bare, domain: across[0], range: maps.window[0].slice(), anchor: "y" },
    yaxis: { ...bare, domain: upward[0], range: maps.window[1].slice(), anchor: "x" },
    xaxis2: { ...bare, domain: across[1], range: maps.window[0].slice(), matches: "x", anchor: "y2" },
    yaxis2: { ...bare, domain: upward[1], range: maps.window[1].slice(), matches: "y", anchor: "x2" },
    annotations: names,
    showlegend: maps.colour.kind === "groups",
    legend: { orientation: "h", yanchor: "top", y: -0.01, x: 0, itemsizing: "constant", traceorder: "reversed",
              bgcolor: "rgba(0,0,0,0)", font: { color: look.text } },
    coloraxis: {
      colorscale: "Viridis", cmin: maps.colour.low ?? 0, cmax: maps.colour.high ?? 1,
      colorbar: { title: { text: maps.colour.title, side: "top" }, orientation: "h", thickness: 10, x: 1,
                  len: narrow ? 0.9 : 0.35, xanchor: "right", y: -0.02, yanchor: "top", tickfont: { color: look.text },
                  ...ticksOf(maps.colour) },
    },
    uirevision: maps.view, selectionrevision: maps.view,
    newselection: { line: { color: look.text, width: 1, dash: "dot" } },
    activeselection: { fillcolor: "rgba(0,0,0,0)", opacity: 0 },
  };
}
