
"use strict";
(() => {
  const every = 2000;
  const connection = document.getElementById("connection");
  const pause = document.getElementById("pause");
  let paused = false;
  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.textContent = paused ? "Go on" : "Pause";
    connection.textContent = paused ? "paused" : "live";
  });
  const keep = (draw) => {
    const main = document.getElementById("content");
    const focused = document.activeElement, held = focused && main.contains(focused) ? focused : null;
    const same = held && [...main.querySelectorAll("a, [tabindex]")].indexOf(held);
    const across = [...main.querySelectorAll(".scroll")].map((one) => one.scrollLeft);
    draw(main);
    main.querySelectorAll(".scroll").forEach((one, index) => { one.scrollLeft = across[index] || 0; });
    if (!held) return;
    const all = [...main.querySelectorAll("a, [tabindex]")];
    const again = held.getAttribute("href") && all.find((one) => one.getAttribute("href") === held.getAttribute("href"));
    (again || all[same] || main).focus({ preventScroll: true });
  };
  const busy = () => {
    const chosen = document.getSelection();
    return paused || document.hidden || (chosen !== null && !chosen.isCollapsed);
  };
  const poll = async () => {
    const began = Date.now();
    try {
      if (!busy()) {
        const answer = await fetch(location.origin + location.pathname + location.search, { cache: "no-store", signal: AbortSignal.timeout(10000) });
        if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
        const drawn = new DOMParser().parseFromString(await answer.text(), "text/html");
        document.title = drawn.title;
        if (!busy()) keep((main) => main.replaceChildren(...drawn.getElementById("content").childNodes));
        if (!paused) connection.textContent = "live";
      }
    } catch (error) {
      connection.textContent = `out of date: ${error.message}`;
    }
    setTimeout(poll, Math.max(every, 5 * (Date.now() - began)));
  };
  setTimeout(poll, every);
})();
