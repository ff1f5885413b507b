// The focus is never lost: when what has it leaves the page (a row that was removed, a step that is done), the nearest thing around it that
// is still there takes it, so that the next Tab goes on from that place and not from the top of the page.
const places = "dialog[open], form, section, [role=group], [role=region], main";

let trail: readonly Element[] = [];

export function keepFocus(): void {
  document.addEventListener("focusin", (event) => {
    const list: Element[] = [];
    for (let e = event.target instanceof Element ? event.target : null; e; e = e.parentElement) list.push(e);
    trail = list;
  });
  new MutationObserver(() => {
    // Only what was taken away: a click beside everything leaves the focus on the body on purpose.
    const [last] = trail;
    if (document.activeElement !== document.body || !last || last.isConnected) return;
    // A dialog that opens or closes moves the focus itself, in the same turn.
    setTimeout(() => {
      if (document.activeElement !== document.body || trail[0] !== last) return;
      const around = trail.find((e) => e.isConnected && e.matches(places));
      const place = document.querySelector("dialog[open]") ?? around ?? document.getElementById("main");
      if (!(place instanceof HTMLElement)) return;
      if (!place.hasAttribute("tabindex")) place.tabIndex = -1;
      place.focus({ preventScroll: true });
    });
  }).observe(document.body, { childList: true, subtree: true });
}
