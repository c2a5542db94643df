
"use strict";
(() => {
  const every = 2000;
  const element = (name, text, tone) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (tone) made.className = tone;
    return made;
  };
  const row = (cells) => {
    const made = element("tr");
    for (const [text, tone, title] of cells) {
      const cell = element("td", text, tone);
      if (title) cell.title = title;
      made.append(cell);
    }
    return made;
  };
  const section = (table) => {
    const made = element("section");
    made.dataset.table = table.id;
    made.append(element("h2", table.heading));
    if (!table.rows.length) { made.append(element("p", table.empty)); return made; }
    const grid = element("table"), head = element("thead"), titles = element("tr"), body = element("tbody");
    for (const column of table.columns) {
      const title = element("th", column);
      title.scope = "col";
      titles.append(title);
    }
    head.append(titles);
    body.append(...table.rows.map(row));
    grid.append(head, body);
    const scroll = element("div", undefined, "scroll");
    scroll.append(grid);
    made.append(scroll);
    if (table.more) made.append(element("p", `and ${table.more} more`));
    return made;
  };
  const draw = (board) => {
    const state = document.getElementById("state");
    state.textContent = board.state;
    state.className = board.state;
    document.title = `${board.state} – driftline`;
    const facts = element("dl", undefined, "facts");
    for (const [name, text] of board.facts) {
      const pair = element("div");
      pair.append(element("dt", name), element("dd", text));
      facts.append(pair);
    }
    const notes = board.notes.map((note) => element("p", note, "note"));
    document.getElementById("board").replaceChildren(facts, ...notes, ...board.tables.map(section));
  };
  const busy = () => {
    const chosen = document.getSelection();
    return document.hidden || (chosen !== null && !chosen.isCollapsed);
  };
  const connection = document.getElementById("connection");
  const poll = async () => {
    try {
      if (!busy()) {
        const answer = await fetch("api/state?view=tables", { cache: "no-store", signal: AbortSignal.timeout(10000) });
        if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
        draw(await answer.json());
        connection.textContent = "live";
      }
    } catch (error) {
      connection.textContent = `out of date: ${error.message}`;
    }
    setTimeout(poll, every);
  };
  setTimeout(poll, every);
})();
