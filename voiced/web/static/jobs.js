// Follows work that goes on: its line, its share, the level of the microphone. Then shows the rest.

const EVERY_MS = 300;
const LOST = "The page was stopped. Start it again: voiced web";

for (const box of document.querySelectorAll('[data-job][data-state="running"]')) {
  follow(box);
}

async function follow(box) {
  for (;;) {
    await new Promise((done) => setTimeout(done, EVERY_MS));
    let job;
    try {
      const answer = await fetch(`/setup/jobs/${box.dataset.job}`);
      if (!answer.ok) break;
      job = await answer.json();
    } catch {
      say(box, LOST);
      return;
    }
    show(box, job);
    if (job.state !== "running") break;
  }
  const here = document.activeElement;
  if (here && /^(INPUT|TEXTAREA|SELECT)$/.test(here.tagName) && !here.closest("[data-job]")) {
    return; // somebody is writing: what came of it is said in its line
  }
  location.replace(location.pathname + location.search);
}

function show(box, job) {
  say(box, [job.line, job.mend].filter(Boolean).join(" "));
  const bar = box.querySelector("[data-share]");
  if (bar && job.share !== null) bar.value = job.share;
  const heard = box.querySelector("[data-heard]");
  if (heard && job.level_dbfs !== null) {
    heard.hidden = false;
    const meter = heard.querySelector("[data-level]");
    meter.value = job.level_dbfs;
    meter.textContent = `${Math.round(job.level_dbfs)} dBFS`;
  }
}

function say(box, text) {
  const line = box.querySelector("[data-line]");
  if (line.textContent !== text) line.textContent = text;
}
