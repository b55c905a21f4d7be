"use strict";
document.documentElement.classList.add("scripted");
const all = (selector) => document.querySelectorAll(selector);
const hide = (element, hidden) => element.classList.toggle("away", hidden);

const showView = (view) => {
  all(".view").forEach((each) => hide(each, each.dataset.view !== view));
  all(".choice button").forEach((each) => each.setAttribute("aria-pressed", String(each.dataset.view === view)));
};
all(".choice button").forEach((each) => each.addEventListener("click", () => showView(each.dataset.view)));
showView("sectors");

const week = document.getElementById("week");
const showWeek = () => all(".week").forEach((each) => hide(each, week.value !== "" && each.dataset.week !== week.value));
if (week) {
  week.addEventListener("change", showWeek);
  showWeek();
}

const person = document.getElementById("person");
const markPerson = () => all("[data-p]").forEach((each) => each.classList.toggle("mine", each.dataset.p === person.value));
if (person) person.addEventListener("change", markPerson);

const openNamed = () => {
  const named = document.getElementById(location.hash.slice(1));
  if (named && named.tagName === "DETAILS") named.open = true;
};
window.addEventListener("hashchange", openNamed);
openNamed();

document.getElementById("print").addEventListener("click", () => window.print());

const openWhy = () => document.querySelector("details.seat[open]");
const closeWhy = (event) => {
  const why = openWhy();
  if (why && (event.key === "Escape" || (event.type === "click" && !why.contains(event.target)))) why.open = false;
};
document.addEventListener("keydown", closeWhy);
document.addEventListener("click", closeWhy);
