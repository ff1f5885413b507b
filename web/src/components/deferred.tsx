// A part of the program that is fetched when it is first looked at. A fetch that fails is said, and can be tried again.
import { type ReactElement, type ReactNode, useEffect, useState } from "react";
import { ApiError } from "../lib/http";
import { Failure, Skeleton } from "./panel";

interface Props<M> {
  load: () => Promise<M>;
  children: (module: M) => ReactNode;
}

const known = new Map<() => Promise<unknown>, unknown>();

/** `load` is one function for good: it is how a part is recognised. */
export function Deferred<M>({ load, children }: Props<M>): ReactElement {
  const [, setCount] = useState(0), [failed, setFailed] = useState(false);
  const module = known.get(load) as M | undefined;
  useEffect(() => {
    if (module !== undefined || failed) return undefined;
    let wanted = true;
    load().then((loaded) => {
      known.set(load, loaded);
      if (wanted) setCount((n) => n + 1);
    }, () => wanted && setFailed(true));
    return () => {
      wanted = false;
    };
  }, [load, module, failed]);
  if (module !== undefined) return <>{children(module)}</>;
  return (
    <section className="panel vflex tall mt3" aria-label="Screen">
      {failed
        ? (
          <Failure
            what="This screen could not be fetched"
            error={new ApiError(0, "PAGE_ERROR", "DbTools may have been updated since the page was opened: load the page again.")}
            retry={() => window.location.reload()}
          />
        )
        : <Skeleton lines={8} />}
    </section>
  );
}
