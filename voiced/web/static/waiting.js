// Waits until a replay is over, and then shows what came of it.

const place = document.querySelector("[data-state]");

async function look() {
  try {
    const answer = await fetch(place.dataset.state);
    const found = answer.ok ? await answer.json() : { state: "gone" };
    if (found.state !== "running") {
      location.reload();
      return;
    }
  } catch {
    // the page is ending, or starting again
  }
  setTimeout(look, 500);
}

if (place) setTimeout(look, 300);
