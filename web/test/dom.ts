// What a test says the API answers, and what was asked of it.

/** Answers to `fetch`, by method and path. An answer is a value, or a status with an error code. */
export type Answers = Record<string, unknown>;
export const calls: { method: string; url: string; headers: Headers; body: unknown }[] = [];
export function answer(answers: Answers): void {
  calls.length = 0;
  globalThis.fetch = (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const url = String(input), method = init.method ?? "GET", path = new URL(url, "http://localhost").pathname.replace("/api/v1", "");
    calls.push({
      method,
      url,
      headers: new Headers(init.headers),
      body: typeof init.body === "string" ? JSON.parse(init.body) : undefined,
    });
    const value = answers[`${method} ${path}`];
    if (value instanceof Error) return Promise.reject(value);
    if (value === undefined) {
      return Promise.resolve(json({ error: { code: "NOT_FOUND", message: "Not here.", details: [], requestId: "r-404" } }, 404));
    }
    if (value instanceof Response) return Promise.resolve(value.clone());
    return Promise.resolve(value === null ? new Response(null, { status: 204 }) : json(value, 200));
  };
}
export function json(value: unknown, status: number, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(value), { status, headers: { "Content-Type": "application/json", ...headers } });
}
