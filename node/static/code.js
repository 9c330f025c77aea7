// The square on a receipt leads here with the code after the « # », which browsers send to nobody,
// then the number of her pathway and what the organization signed, which are not for this page. The
// code goes into the field, and all of it out of the address.
const field = document.getElementById("code");
const [code] = decodeURIComponent(location.hash.slice(1)).split(".");
if (field && code) {
  history.replaceState(null, "", location.pathname);
  field.value = code;
  field.form.querySelector("button").focus();
}
