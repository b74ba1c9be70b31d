// A level of the microphone, in dBFS, as a bar.

const QUIET_DBFS = -60;

export function showLevel(meter, dbfs) {
  const level = Math.round(Math.max(QUIET_DBFS, Math.min(0, dbfs)));
  meter.firstElementChild.style.transform = `scaleX(${1 - level / QUIET_DBFS})`;
  meter.setAttribute("aria-valuenow", String(level));
  meter.setAttribute("aria-valuetext", level > QUIET_DBFS ? `${level} decibels` : "silence");
}
