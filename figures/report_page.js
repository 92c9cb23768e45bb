"use strict";
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const charts = read("charts");
  const titles = read("titles");
  const places = [...document.querySelectorAll("[data-chart]")];
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const narrow = window.matchMedia("(max-width: 700px)");

  // Plotly draws on a canvas and cannot take colours from a style sheet, so that they are told to it by name.
  const template = (isDark) => {
    const [ink, line, ground] = isDark ? ["#d5dbe5", "#343d4a", "#1b212b"] : ["#2b3442", "#dde2e9", "#ffffff"];
    const axis = { automargin: true, title: { font: { size: 12 }, standoff: 8 }, gridcolor: line, zerolinecolor: line, linecolor: line };
    return {
      layout: {
        font: { color: ink, family: "system-ui, -apple-system, Segoe UI, Roboto, sans-serif", size: 13 },
        paper_bgcolor: "rgba(0,0,0,0)",
        plot_bgcolor: "rgba(0,0,0,0)",
        xaxis: axis,
        yaxis: axis,
        hoverlabel: { bgcolor: ground, bordercolor: line, font: { color: ink }, align: "left" },
        modebar: { bgcolor: "rgba(0,0,0,0)", color: "#8792a5", activecolor: ink },
      },
    };
  };

  // The two panes of the maps beside each other, or one above the other where there is no room.
  const panes = (layout, room, stacked) => {
    const [first, second] = layout.annotations;
    const beside = { xaxis: [0.002, 0.49], xaxis2: [0.51, 0.998], yaxis: [0, 1], yaxis2: [0, 1] };
    const above = { xaxis: [0.002, 0.998], xaxis2: [0.002, 0.998], yaxis: [0.54, 1], yaxis2: [0, 0.46] };
    const domains = stacked ? above : beside;
    const height = stacked ? 1000 : 620;
    const changed = { height };
    for (const [axis, domain] of Object.entries(domains)) changed[`${axis}.domain`] = domain;
    for (const [place, name, x, y] of [[0, first, "xaxis", "yaxis"], [1, second, "xaxis2", "yaxis2"]]) {
      if (!name) continue;
      changed[`annotations[${place}].x`] = domains[x][0];
      changed[`annotations[${place}].y`] = domains[y][1];
    }
    changed["coloraxis.colorbar.len"] = stacked ? 0.9 : 0.3;
    changed["coloraxis.colorbar.y"] = stacked ? (room.legend ? -0.08 : -0.01) : room.y;
    changed["margin.b"] = stacked && room.legend ? 140 : room.margin;
    return changed;
  };

  // What stands below the maps as they were made: the colour bar, and a legend over it where an item was chosen.
  const room = (place) => charts[Number(place.dataset.chart)].room;

  const draw = async () => {
    for (const place of places) {
      const { data, layout } = charts[Number(place.dataset.chart)];
      if ("stacks" in place.dataset) {
        const legend = data.some((trace) => trace.showlegend);
        const made = { y: layout.coloraxis.colorbar.y, margin: layout.margin.b, legend };
        charts[Number(place.dataset.chart)].room = made;
      }
      for (const trace of data) {
        if (trace.titles) trace.hovertext = trace.titles.map((code) => titles[code]);
        delete trace.titles;
      }
      const config = { displaylogo: false, responsive: true, modeBarButtonsToRemove: ["lasso2d", "select2d"] };
      await Plotly.newPlot(place, data, { ...layout, template: template(dark.matches) }, config);
      if ("stacks" in place.dataset && narrow.matches) await Plotly.relayout(place, panes(layout, room(place), true));
      place.dataset.drawn = "";
    }
  };
  const recolour = (isDark) => places.forEach((place) => Plotly.relayout(place, { template: template(isDark) }));

  draw();
  dark.addEventListener("change", () => recolour(dark.matches));
  narrow.addEventListener("change", () => {
    for (const place of places) {
      if ("stacks" in place.dataset) Plotly.relayout(place, panes(place.layout, room(place), narrow.matches));
    }
  });
  // Paper is white, and nobody can unfold anything on it.
  const folded = [];
  window.addEventListener("beforeprint", () => {
    recolour(false);
    for (const details of document.querySelectorAll("details:not([open])")) {
      details.open = true;
      folded.push(details);
    }
  });
  window.addEventListener("afterprint", () => {
    recolour(dark.matches);
    for (const details of folded.splice(0)) details.open = false;
  });
})();
