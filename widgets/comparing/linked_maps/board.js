// A board is one pair of maps on one page: its points, which one component draws, and its marks, which another brings.
// They are two so that choosing an item sends a few numbers instead of all points. Whichever comes last draws.

function boardOf(id) {
  const boards = (window.itemscapeBoards ??= {});
  return (boards[id] ??= {
    plot: null, overlay: null, maps: null, look: null, marks: null, hovered: null, selection: null, redraw: () => {},
    select: () => {}, choose: () => {}, tellSelection: () => {}, fail: () => {},
  });
}
