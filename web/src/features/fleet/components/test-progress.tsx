import { type ReactElement, useEffect, useState } from "react";

/** A connection test answers within this time, whatever the server does. */
const secondsMax = 10;

export function TestProgress({ target }: { target: string }): ReactElement {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((s) => s + 1), 1_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <div className="testing" role="status">
      <div className="row sb t12">
        <span>
          Connecting to <span className="mono">{target}</span>
        </span>
        <span className="num m3" aria-hidden="true">{seconds} s of at most {secondsMax} s</span>
      </div>
      <div className="progress">
        <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
          <rect width={Math.min(96, 6 + (seconds / secondsMax) * 90)} height="6" />
        </svg>
      </div>
    </div>
  );
}
