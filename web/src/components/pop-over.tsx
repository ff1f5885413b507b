// A small panel below its button: not modal, closes on Esc and on a press elsewhere, gives the focus back.
import { type ReactElement, type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";

const edgePx = 8;

interface Props {
  /** Names the panel; also the button unless `buttonLabel` is given. */
  label: string;
  buttonLabel?: string;
  className?: string;
  button: ReactNode;
  side?: "start" | "end";
  wide?: boolean;
  children: (close: () => void) => ReactNode;
}

export function PopOver({ label, buttonLabel, className = "btn ghost sm", button, side = "start", wide = false, children }: Props): ReactElement {
  const opener = useRef<HTMLButtonElement>(null), [open, setOpen] = useState(false);
  const close = useCallback(() => {
    setOpen(false);
    opener.current?.focus();
  }, []);
  return (
    <>
      <button
        ref={opener}
        className={`${className} ${open ? "on" : ""}`}
        type="button"
        aria-label={buttonLabel ?? label}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {button}
      </button>
      {open && <Panel label={label} opener={opener.current} side={side} wide={wide} onClose={close}>{children(close)}</Panel>}
    </>
  );
}

interface PanelProps {
  label: string;
  opener: HTMLButtonElement | null;
  side: "start" | "end";
  wide: boolean;
  onClose: () => void;
  children: ReactNode;
}

function Panel({ label, opener, side, wide, onClose, children }: PanelProps): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const panel = box.current, at = opener?.getBoundingClientRect();
    if (!panel || !at) return;
    const { width, height } = panel.getBoundingClientRect(), left = side === "end" ? at.right - width : at.left;
    panel.style.left = `${Math.max(edgePx, Math.min(left, window.innerWidth - width - edgePx))}px`;
    panel.style.top = `${Math.max(edgePx, Math.min(at.bottom + 4, window.innerHeight - height - edgePx))}px`;
    (panel.querySelector<HTMLElement>("[data-autofocus], input, button, a") ?? panel).focus();
  }, [opener, side]);
  useEffect(() => {
    const outside = (event: Event): void => {
      const target = event.target;
      if (target instanceof Node && (box.current?.contains(target) || opener?.contains(target))) return;
      onClose();
    };
    window.addEventListener("pointerdown", outside, true);
    window.addEventListener("resize", onClose);
    return () => {
      window.removeEventListener("pointerdown", outside, true);
      window.removeEventListener("resize", onClose);
    };
  }, [onClose, opener]);
  return createPortal(
    <div
      ref={box}
      className={`menu pop panelpop ${wide ? "wide" : ""}`}
      role="dialog"
      aria-label={label}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        event.preventDefault();
        onClose();
      }}
      // Tabbing out of the panel closes it: the focus is never behind something that covers it.
      onBlur={(event) => {
        if (event.relatedTarget instanceof Node && !event.currentTarget.contains(event.relatedTarget) && event.relatedTarget !== opener) {
          onClose();
        }
      }}
    >
      {children}
    </div>,
    document.getElementById("main") ?? document.body,
  );
}
