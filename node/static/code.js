// The square on a receipt leads here with the code after the « # », which browsers send to nobody.
// It goes into the field, and out of the address.
const field = document.getElementById("code");
const code = decodeURIComponent(location.hash.slice(1));
if (field && code) {
  history.replaceState(null, "", location.pathname);
  field.value = code;
  field.form.querySelector("button").focus();
}
