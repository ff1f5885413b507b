// One way to the API: adds the tenant and the CSRF token, and turns every failure into an ApiError.
import { connectionLost, connectionWorks, forgetConnection } from "./connection";

export interface FieldFault {
  field: string;
  reason: string;
}

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: readonly FieldFault[] = [],
    readonly requestId: string = "",
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

export interface CallOptions {
  query?: Record<string, string | number | boolean | readonly string[] | null | undefined>;
  body?: unknown;
  /** A body that goes as it is, for example a file. */
  raw?: { body: Blob | string; type: string };
  /** What to ask for when it is not JSON: then the answer is text. */
  accept?: "text/csv";
  /** Left out, 65 s; an upload or download of many rows may take longer. */
  timeoutMs?: number;
  ifMatch?: string | null;
  /** The tenant's slug; `null` calls without one (sign-in, tenants). Left out, it is the chosen tenant. */
  tenant?: string | null;
  signal?: AbortSignal;
}

export interface Reply<T> {
  data: T;
  etag: string | null;
  total: number | null;
  nextCursor: string | null;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A proxy that does not reach DbTools, or a DbTools whose database does not answer; not a monitored server that does not. */
const isAway = ({ status, code }: ApiError): boolean => [502, 503, 504].includes(status) && (code === "UNAVAILABLE" || code === `HTTP_${status}`);

/** A request that has not answered after this long is given up: the server cuts its own at 60 s. */
const timeoutMs = 65_000;
const probeTimeoutMs = 20_000;

let csrfToken = "";
let tenantSlug: string | null = null;
let signedOut: () => void = () => undefined;

export function setCsrfToken(token: string): void {
  csrfToken = token;
}
export function setTenantSlug(slug: string | null): void {
  if (slug !== tenantSlug) forgetConnection();
  tenantSlug = slug;
}
/** Called once when the session has ended on the server's side. */
export function onSignedOut(listener: () => void): void {
  signedOut = listener;
}

export async function call<T>(method: Method, path: string, options: CallOptions = {}): Promise<Reply<T>> {
  const headers = new Headers({ Accept: options.accept ?? "application/json" });
  const tenant = options.tenant === undefined ? tenantSlug : options.tenant;
  if (tenant) headers.set("X-Tenant-Slug", tenant);
  if (method !== "GET" && csrfToken) headers.set("X-CSRF-Token", csrfToken);
  if (options.ifMatch) headers.set("If-Match", options.ifMatch);
  const init: RequestInit = { method, headers, credentials: "same-origin" };
  if (options.body !== undefined) {
    headers.set("Content-Type", "application/json");
    init.body = JSON.stringify(options.body);
  } else if (options.raw) {
    headers.set("Content-Type", options.raw.type);
    init.body = options.raw.body;
  }
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), options.timeoutMs ?? timeoutMs);
  const stop = (): void => limit.abort();
  options.signal?.addEventListener("abort", stop);
  init.signal = limit.signal;
  try {
    const response = await fetch(address(path, options.query), init);
    if (!response.ok) throw await errorOf(response);
    connectionWorks();
    const text = response.status === 204 ? "" : await response.text();
    const plain = options.accept !== undefined;
    return {
      data: (plain ? text : text === "" ? undefined : JSON.parse(text)) as T,
      etag: response.headers.get("ETag"),
      total: numberOf(response.headers.get("X-Total-Count")),
      nextCursor: nextCursorOf(response.headers.get("Link")),
    };
  } catch (error) {
    const answers = method === "GET" && options.accept === undefined ? () => isAnswered(path, options.query, headers) : isHealthy;
    if (error instanceof ApiError) {
      if (method === "GET" && isAway(error)) connectionLost(answers, error.message);
      if (error.status === 401 && !path.startsWith("/auth/")) signedOut();
      throw error;
    }
    if (options.signal?.aborted) throw error;
    connectionLost(answers);
    throw new ApiError(0, "NO_CONNECTION", "DbTools did not answer. Nothing was lost; the page tries again by itself.");
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", stop);
  }
}

/** Whether a GET that failed is answered now, be it by a refusal. */
async function isAnswered(path: string, query: CallOptions["query"], headers: Headers): Promise<boolean> {
  const response = await soon(address(path, query), { headers, credentials: "same-origin" });
  return response.ok || !isAway(await errorOf(response));
}

async function isHealthy(): Promise<boolean> {
  return (await soon("/api/health", { cache: "no-store" })).ok;
}

/** The answer to a probe, which must come before the next one. */
async function soon(url: string, init: RequestInit): Promise<Response> {
  const limit = new AbortController(), timer = setTimeout(() => limit.abort(), probeTimeoutMs);
  try {
    return await fetch(url, { ...init, signal: limit.signal });
  } finally {
    clearTimeout(timer);
  }
}

export async function get<T>(path: string, options: CallOptions = {}): Promise<T> {
  return (await call<T>("GET", path, options)).data;
}

export function address(path: string, query: CallOptions["query"] = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === "") continue;
    if (typeof value === "object") { for (const one of value) search.append(name, one); }
    else search.set(name, String(value));
  }
  const text = search.toString();
  return `/api/v1${path}${text ? `?${text}` : ""}`;
}

interface ErrorEnvelope {
  error?: { code?: string; message?: string; details?: FieldFault[]; requestId?: string };
}

async function errorOf(response: Response): Promise<ApiError> {
  const requestId = response.headers.get("X-Request-ID") ?? "";
  const retryAfter = numberOf(response.headers.get("Retry-After"));
  try {
    const { error } = (await response.json()) as ErrorEnvelope;
    return new ApiError(
      response.status,
      error?.code ?? `HTTP_${response.status}`,
      error?.message ?? `The server answered ${response.status}.`,
      error?.details ?? [],
      error?.requestId ?? requestId,
      retryAfter,
    );
  } catch {
    return new ApiError(response.status, `HTTP_${response.status}`, `The server answered ${response.status}.`, [], requestId, retryAfter);
  }
}

function numberOf(text: string | null): number | null {
  const value = text === null ? NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

/** The cursor in an RFC 8288 `Link: <...cursor=abc>; rel="next"`. */
export function nextCursorOf(link: string | null): string | null {
  for (const part of link?.split(",") ?? []) {
    const target = /<([^>]*)>\s*;.*rel="?next"?/.exec(part)?.[1];
    if (target !== undefined) return new URL(target, "http://host/").searchParams.get("cursor");
  }
  return null;
}
