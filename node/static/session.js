// Warns two minutes before a session ends by itself, and keeps it open for whoever asks. What is on
// the page stays there in any case.
const box = document.querySelector("[data-idle]");
const [soon, over] = box.children;
const WARNED = 120;
let timers = [];
const show = (words) => [soon, over].forEach((part) => { part.hidden = part !== words; });
const wait = () => {
  timers.forEach(clearTimeout);
  const idle = Number(box.dataset.idle);
  timers = [
    setTimeout(show, Math.max(idle - WARNED, 0) * 1000, soon),
    setTimeout(show, idle * 1000, over),
  ];
};
const stay = async () => {
  const answer = await fetch("/moi/presence", { redirect: "manual" });
  show(answer.ok ? null : over);
  if (answer.ok) wait();
};
soon.querySelector("button").addEventListener("click", stay);
wait();
