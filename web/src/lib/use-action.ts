// A write that a button starts: busy while it runs, its error kept, and the fields it complains about.
import { useCallback, useRef, useState } from "react";
import { ApiError } from "./http";

export interface Action<A extends readonly unknown[]> {
  busy: boolean;
  error: ApiError | undefined;
  fieldFaults: Readonly<Record<string, string>>;
  run: (...args: A) => Promise<boolean>;
  clear: () => void;
}

export function useAction<A extends readonly unknown[]>(work: (...args: A) => Promise<void>): Action<A> {
  const [state, setState] = useState<{ busy: boolean; error: ApiError | undefined }>({ busy: false, error: undefined });
  const latest = useRef(work);
  latest.current = work;
  const running = useRef(false);
  const run = useCallback(async (...args: A): Promise<boolean> => {
    if (running.current) return false;
    running.current = true;
    setState({ busy: true, error: undefined });
    try {
      await latest.current(...args);
      setState({ busy: false, error: undefined });
      return true;
    } catch (error) {
      setState({ busy: false, error: asApiError(error) });
      return false;
    } finally {
      running.current = false;
    }
  }, []);
  const clear = useCallback(() => setState({ busy: false, error: undefined }), []);
  return { ...state, fieldFaults: fieldFaultsOf(state.error), run, clear };
}

export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError(0, "PAGE_ERROR", error instanceof Error ? error.message : String(error));
}

export function fieldFaultsOf(error: ApiError | undefined): Readonly<Record<string, string>> {
  const faults: Record<string, string> = {};
  for (const { field, reason } of error?.details ?? []) faults[field] = faults[field] ?? reason;
  return faults;
}
