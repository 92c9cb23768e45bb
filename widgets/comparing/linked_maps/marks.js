// The chosen item, its neighbours and the selection: a few numbers at each click.

export default function ({ data, setTriggerValue }) {
  const board = boardOf(data.board);
  board.marks = data;
  board.choose = (item) => setTriggerValue("chosen", item);
  board.tellSelection = (selection) => setTriggerValue("selected", { selection });
  board.fail = (reason) => {
    if (!board.told) setTriggerValue("failed", reason);
    board.told = true;
  };
  board.select(data.selection);
  board.redraw();
  if (board.failed) board.fail(board.failed);
  else if (!board.maps) setTimeout(() => board.maps || board.fail("the maps did not come"), window.itemscapePatience ?? 20000);
}
