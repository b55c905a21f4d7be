"use strict";
// Every page works without this: it moves the focus to what went wrong, counts the seconds of a hold, and prints.

document.documentElement.classList.add("scripted");
document.getElementById("erreurs")?.focus();
document.getElementById("imprimer")?.addEventListener("click", () => window.print());

const left = document.getElementById("reste");
if (left) {
  // By this page's own stopwatch: the clock of the machine may be wrong.
  const endsAt = performance.now() + 1000 * Number(left.dataset.secondsLeft);
  const notice = document.getElementById("alerte");
  const told = new Set();
  const tell = (words) => {
    if (!told.has(words)) notice.textContent = words;
    told.add(words);
  };
  const show = () => {
    const seconds = Math.max(0, Math.round((endsAt - performance.now()) / 1000));
    const minutes = Math.floor(seconds / 60);
    const rest = `${seconds % 60}`.padStart(minutes ? 2 : 1, "0");
    left.textContent = seconds ? `(encore ${minutes ? `${minutes}\u00a0min\u00a0` : ""}${rest}\u00a0s)` : "(le délai est passé)";
    left.classList.toggle("short", seconds <= 60);
    if (seconds <= 60) tell("Il reste moins d’une minute pour confirmer.");
    if (seconds === 0) tell("Le délai est passé\u00a0: la place n’est plus retenue.");
    else setTimeout(show, 500);
  };
  show();
}
