// What changes with the chosen item and the pointer: rings, ranks and names above both maps, drawn at once.

const SVG = "http://www.w3.org/2000/svg";
const NUMBERED = 20; // ranks beyond this are dots without a number

function shape(kind, attributes, text) {
  const element = document.createElementNS(SVG, kind);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

// Where an item stands in a pane, in pixels of the drawing; null where it has no place or is out of sight.
function pixels(board, pane, item) {
  const place = board.maps[pane ? "b" : "a"];
  const layout = board.plot._fullLayout;
  const xaxis = layout[pane ? "xaxis2" : "xaxis"], yaxis = layout[pane ? "yaxis2" : "yaxis"];
  const x = xaxis.l2p(place[2 * item]), y = yaxis.l2p(place[2 * item + 1]);
  if (!(x >= 0 && x <= xaxis._length && y >= 0 && y <= yaxis._length)) return null;
  return { x: x + xaxis._offset, y: y + yaxis._offset, left: xaxis._offset, right: xaxis._offset + xaxis._length };
}

// Both lists of an item as marks: where both hold a neighbour it is drawn once, in each pane with that pane's rank.
function marksOf(lists) {
  const ranks = lists.map((list) => new Map(list.filter((item) => item >= 0).map((item, place) => [item, place + 1])));
  const items = new Set([...ranks[0].keys(), ...ranks[1].keys()]);
  return Array.from(items, (item) => ({ item, ranks: [ranks[0].get(item), ranks[1].get(item)] }));
}

function drawMark(board, group, pane, mark, look) {
  const at = pixels(board, pane, mark.item);
  if (!at) return;
  const own = mark.ranks[pane], other = mark.ranks[1 - pane];
  const colour = own && other ? look.both : (own ? pane === 0 : pane === 1) ? look.a : look.b;
  const rank = own ?? other;
  const node = shape("g", { class: "itemscape-mark", "data-item": mark.item, "data-pane": pane ? "B" : "A" });
  if (own) node.setAttribute("data-rank", own);
  // A ring is filled like the page, or its number could not be read among the points.
  node.append(shape("circle", { cx: at.x, cy: at.y, r: own ? 8 : 7, fill: own ? colour : look.panel, "fill-opacity": own ? 1 : 0.85,
                                stroke: own ? "white" : colour, "stroke-width": own ? 1.5 : 2 }));
  if (rank <= NUMBERED) {
    node.append(shape("text", { x: at.x, y: at.y + 3.5, "text-anchor": "middle", "font-size": own ? 10 : 8.5, "font-weight": 700,
                                fill: own ? "white" : colour }, rank));
  }
  node.append(shape("title", {}, board.maps.titles[mark.item]));
  node.style.cursor = "pointer";
  node.style.pointerEvents = "auto";
  node.addEventListener("click", () => board.choose(mark.item));
  node.addEventListener("pointerenter", () => board.hover(mark.item));
  node.addEventListener("pointerleave", () => board.hover(null));
  group.append(node);
}

function drawStar(board, group, pane, item, look) {
  const at = pixels(board, pane, item);
  if (!at) return;
  const points = [];
  for (let tip = 0; tip < 10; tip += 1) {
    const angle = (Math.PI * tip) / 5 - Math.PI / 2, radius = tip % 2 ? 5 : 12;
    points.push(`${at.x + radius * Math.cos(angle)},${at.y + radius * Math.sin(angle)}`);
  }
  const star = shape("polygon", { points: points.join(" "), fill: look.query, stroke: "white", "stroke-width": 1.5,
                                  class: "itemscape-query", "data-item": item, "data-pane": pane ? "B" : "A" });
  star.append(shape("title", {}, board.maps.titles[item]));
  group.append(star);
}

function drawName(board, group, pane, item, look) {
  const at = pixels(board, pane, item);
  if (!at) return;
  group.append(shape("circle", { cx: at.x, cy: at.y, r: 9, fill: "none", stroke: look.text, "stroke-width": 2.5 }));
  const lines = nameLines(board.maps, item);
  const label = shape("g", { class: "itemscape-name", "data-pane": pane ? "B" : "A", "data-item": item });
  group.append(label);
  const frame = shape("rect", { rx: 5, fill: look.panel, stroke: look.frame });
  const texts = lines.map((line, number) => shape("text", {
    "font-size": number ? 11 : 12.5, "font-weight": number ? 400 : 600, fill: look.text,
  }, line));
  label.append(frame, ...texts);
  const width = Math.max(...texts.map((text) => text.getComputedTextLength())) + 16; // known once they are on the page
  const height = 16 * lines.length + 8;
  const left = Math.max(at.left + 2, Math.min(at.x + 14, at.right - width - 2));
  const top = at.y - height - 12 > 0 ? at.y - height - 12 : at.y + 14;
  for (const [name, value] of Object.entries({ x: left, y: top, width, height })) frame.setAttribute(name, value);
  texts.forEach((text, number) => {
    text.setAttribute("x", left + 8);
    text.setAttribute("y", top + 17 + 16 * number);
  });
}

function nameLines(maps, item) {
  const title = maps.titles[item];
  const facts = [`${maps.p[item].toLocaleString("en")} ${maps.whose}`];
  if (maps.category && maps.category[item] >= 0) facts.unshift(maps.categories[maps.category[item]]);
  return [title.length > 48 ? `${title.slice(0, 47)}…` : title, facts.join(" · ").slice(0, 60)];
}

// The words of the regions, the largest first; one that would lie on another is left out.
function drawWords(board, group, look) {
  const taken = [];
  for (const word of board.maps.labels) {
    const layout = board.plot._fullLayout;
    const xaxis = layout[word.pane ? "xaxis2" : "xaxis"], yaxis = layout[word.pane ? "yaxis2" : "yaxis"];
    const x = xaxis.l2p(word.x), y = yaxis.l2p(word.y);
    if (!(x >= 0 && x <= xaxis._length && y >= 0 && y <= yaxis._length)) continue;
    const half = 3.3 * word.text.length + 4;
    const middle = Math.max(half, Math.min(x, xaxis._length - half)) + xaxis._offset;
    const box = [middle - half, y + yaxis._offset - 9, middle + half, y + yaxis._offset + 7];
    if (taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) continue;
    taken.push(box);
    group.append(shape("text", {
      x: middle, y: y + yaxis._offset + 4, "text-anchor": "middle", "font-size": 11, "font-weight": 600, fill: look.text,
      stroke: look.panel, "stroke-width": 3, "stroke-linejoin": "round", "paint-order": "stroke", class: "itemscape-word",
    }, word.text));
  }
}

function firstTen(list, item) {
  return Array.from(list.subarray(10 * item, 10 * item + 10));
}

function drawOverlay(board) {
  if (!board.plot?._fullLayout?.xaxis || !board.maps) return;
  const { overlay, look, maps } = board;
  overlay.setAttribute("width", board.plot._fullLayout.width);
  overlay.setAttribute("height", board.plot._fullLayout.height);
  overlay.replaceChildren();
  const words = shape("g", { style: "pointer-events: none" });
  const chosen = shape("g", { opacity: board.hovered === null ? 1 : 0.25 });
  overlay.append(words, chosen);
  drawWords(board, words, look);
  if (board.marks) {
    const marks = marksOf([board.marks.near_a, board.marks.near_b]).reverse();
    for (const pane of [0, 1]) {
      for (const mark of marks) drawMark(board, chosen, pane, mark, look);
      drawStar(board, chosen, pane, board.marks.item, look);
    }
  }
  if (board.hovered === null) return;
  const pointed = shape("g", { style: "pointer-events: none" });
  overlay.append(pointed);
  const marks = marksOf([firstTen(maps.near_a, board.hovered), firstTen(maps.near_b, board.hovered)]).reverse();
  for (const pane of [0, 1]) {
    for (const mark of marks) drawMark(board, pointed, pane, mark, look);
    drawName(board, pointed, pane, board.hovered, look);
  }
  for (const mark of pointed.querySelectorAll(".itemscape-mark")) mark.style.pointerEvents = "none";
}
