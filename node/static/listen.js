// Reads the sentences of a page aloud, each in its language, with voices of this device only: what
// is said here is sent to nobody. Without such a voice there is no button.
const button = document.querySelector("[data-listen]");
const speech = window.speechSynthesis;
const voiceOf = (part) => {
  const { lang } = part.closest("[lang]");
  return speech.getVoices().find((voice) => voice.localService && voice.lang.startsWith(lang));
};
const parts = () => [...document.querySelectorAll("[data-spoken]")].filter(voiceOf);
const offer = () => { button.hidden = parts().length === 0; };
const listen = () => {
  const going = speech.speaking;
  speech.cancel();
  button.setAttribute("aria-pressed", String(!going));
  if (going) return;
  for (const part of parts()) {
    const words = new SpeechSynthesisUtterance(part.textContent);
    words.voice = voiceOf(part);
    words.lang = words.voice.lang;
    words.rate = 0.9;
    words.onend = () => button.setAttribute("aria-pressed", String(speech.pending));
    speech.speak(words);
  }
};
if (button && speech) {
  offer();
  speech.addEventListener("voiceschanged", offer);
  button.addEventListener("click", listen);
  window.addEventListener("pagehide", () => speech.cancel());
}
