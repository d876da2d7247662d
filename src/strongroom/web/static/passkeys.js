// Asks the browser for a passkey where a form needs one (W3C WebAuthn, level 3). Nothing else here
// needs a script: only the browser can speak to a key.
"use strict";

(() => {
  const opened = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
  const closed = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  const named = (list) => list?.map((one) => ({ ...one, id: opened(one.id) }));

  const wish = (options) => ({
    ...options,
    challenge: opened(options.challenge),
    ...(options.user && { user: { ...options.user, id: opened(options.user.id) } }),
    ...(options.excludeCredentials && { excludeCredentials: named(options.excludeCredentials) }),
    ...(options.allowCredentials && { allowCredentials: named(options.allowCredentials) }),
  });

  const answer = (credential) => {
    const response = { transports: credential.response.getTransports?.() ?? [] };
    for (const part of
      ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      const bytes = credential.response[part];
      if (bytes) response[part] = closed(bytes);
    }
    return JSON.stringify({
      id: credential.id,
      rawId: closed(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response,
    });
  };

  const create = async (form) => {
    const { creation_options: { publicKey } } = held(form);
    const selection = publicKey.authenticatorSelection;
    // A key that can keep it signs in without a name; one that cannot is a second factor still.
    if (selection.residentKey !== "required") {
      publicKey.authenticatorSelection =
        { ...selection, residentKey: "preferred", requireResidentKey: false };
    }
    return navigator.credentials.create({ publicKey: wish(publicKey) });
  };

  const get = async (form) => {
    const { request_options: { publicKey } } = held(form) ?? await fetched(form);
    return navigator.credentials.get({ publicKey: wish(publicKey) });
  };

  const held = (form) => {
    const source = document.getElementById(form.dataset.options);
    return source && JSON.parse(source.textContent);
  };

  const fetched = async (form) => {
    const response = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(response.statusText);
    return response.json();
  };

  const KNOWN = {
    NotAllowedError: "stopped", AbortError: "stopped",
    InvalidStateError: "known", SecurityError: "elsewhere",
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const problem = form.querySelector("[data-home]");
    const button = form.querySelector("button");
    const tell = (what) => {
      problem.textContent = problem.dataset[what];
      problem.hidden = false;
    };
    // A key is bound to the registry's own address, and browsers give keys to no other.
    if (location.origin !== problem.dataset.home) tell("elsewhere");
    else if (!window.PublicKeyCredential) tell("unable");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      button.disabled = true;
      problem.hidden = true;
      try {
        const ceremony = form.dataset.passkey === "create" ? create : get;
        form.elements.credential.value = answer(await ceremony(form));
        form.submit();
      } catch (error) {
        tell(KNOWN[error.name] ?? "failed");
        problem.focus();
      }
      button.disabled = false;
    });
  }
})();
