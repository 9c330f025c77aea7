// Warns two minutes before a session ends by itself, and keeps it open for whoever asks. What is on
// the page stays there in any case. A page that is opened in another tab keeps it open too.
const box = document.querySelector("[data-idle]");
const [soon, over] = box.children;
const silent = soon.querySelector("span");
const tabs = new BroadcastChannel("session");
const WARNED = 120;
let timers = [];
let here = null;
const show = (words) => [soon, over].forEach((part) => { part.hidden = part !== words; });
const wait = () => {
  show(null);
  timers.forEach(clearTimeout);
  const idle = Number(box.dataset.idle);
  timers = [
    setTimeout(show, Math.max(idle - WARNED, 0) * 1000, soon),
    setTimeout(show, idle * 1000, over),
  ];
};
const stay = async () => {
  const answer = await fetch("/moi/presence", { redirect: "manual" }).catch(() => null);
  silent.hidden = answer !== null;
  if (answer === null) return;
  if (!answer.ok) return show(over);
  tabs.postMessage("here");
  wait();
  here?.focus();
};
soon.querySelector("button").addEventListener("click", stay);
document.addEventListener("focusin", ({ target }) => { if (!box.contains(target)) here = target; });
tabs.addEventListener("message", wait);
tabs.postMessage("here");
wait();
