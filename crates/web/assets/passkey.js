// The passkey ceremony: options come in a data attribute, the answer goes out in a hidden field of the same form.
(() => {
  "use strict";
  const decode = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const encode = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const withIds = (list) => list?.map((credential) => ({ ...credential, id: decode(credential.id) }));

  // base64url of the server's JSON to the byte arrays the browser wants.
  const readOptions = (text) => {
    const options = JSON.parse(text), key = { ...options.publicKey };
    key.challenge = decode(key.challenge);
    if (key.user) key.user = { ...key.user, id: decode(key.user.id) };
    if (key.excludeCredentials) key.excludeCredentials = withIds(key.excludeCredentials);
    if (key.allowCredentials) key.allowCredentials = withIds(key.allowCredentials);
    return { publicKey: key };
  };

  const writeCredential = (credential) => {
    const response = credential.response, out = { clientDataJSON: encode(response.clientDataJSON) };
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) if (response[part]) out[part] = encode(response[part]);
    if (response.getTransports) out.transports = response.getTransports();
    const extensions = credential.getClientExtensionResults();
    return JSON.stringify({ id: credential.id, rawId: encode(credential.rawId), type: credential.type, response: out, extensions, clientExtensionResults: extensions, authenticatorAttachment: credential.authenticatorAttachment ?? undefined });
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const words = form.dataset, error = form.querySelector("[data-passkey-error]");
    let answered = false, busy = false, waiting = null;
    const say = (text) => {
      if (!error) return;
      error.textContent = text || "";
      error.hidden = !text;
      error.setAttribute("role", "alert");
    };
    const ceremony = async (submitter) => {
      if (busy) return;
      busy = true;
      waiting?.abort();
      say("");
      try {
        if (!window.PublicKeyCredential) throw new DOMException("", "NotSupportedError");
        const options = readOptions(words.options);
        const credential = words.passkey === "create" ? await navigator.credentials.create(options) : await navigator.credentials.get(options);
        form.elements.credential.value = writeCredential(credential);
        answered = true;
        form.requestSubmit(submitter ?? undefined);
      } catch (problem) {
        const word = { NotAllowedError: words.cancelled, AbortError: words.cancelled, NotSupportedError: words.unsupported, InvalidStateError: words.known }[problem.name];
        say(word || words.failed);
      } finally {
        busy = false;
      }
    };
    form.addEventListener("submit", (event) => {
      if (answered) return;
      event.preventDefault();
      ceremony(event.submitter);
    });
    // A page brought back from the browser's memory begins anew.
    addEventListener("pageshow", (event) => { if (event.persisted) { answered = false; form.elements.credential.value = ""; } });
    // Offered among the suggestions of the field that says `webauthn`; a click on the button takes its place.
    const offer = async () => {
      if (!(await window.PublicKeyCredential?.isConditionalMediationAvailable?.())) return;
      waiting = new AbortController();
      try {
        const credential = await navigator.credentials.get({ ...readOptions(words.options), mediation: "conditional", signal: waiting.signal });
        form.elements.credential.value = writeCredential(credential);
        answered = true;
        form.requestSubmit();
      } catch {
        // Nobody asked for this, so nobody is told that it did not happen.
      }
    };
    if ("conditional" in words) offer();
    if ("auto" in words) ceremony(form.querySelector("button"));
  }
})();
