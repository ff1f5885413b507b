// The tab's title: "(3) Servers · DbTools" says that three servers are critical.
let page = "";
let criticalCount = 0;

export function setPageTitle(title: string): void {
  page = title;
  show();
}
export function setCriticalCount(count: number): void {
  criticalCount = count;
  show();
}
export function titleOf(pageTitle: string, count: number): string {
  return `${count > 0 ? `(${count}) ` : ""}${pageTitle ? `${pageTitle} · ` : ""}DbTools`;
}
function show(): void {
  document.title = titleOf(page, criticalCount);
}
