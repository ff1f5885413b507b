// A modal dialog on the browser's own <dialog>: it traps focus, closes on Esc and gives focus back.
import { type FormEvent, type ReactElement, type ReactNode, useEffect, useId, useRef } from "react";
import { Icon } from "./icon";

interface Props {
  title: string;
  onClose: () => void;
  /** With it the dialog is a form, and Enter submits. */
  onSubmit?: () => void;
  actions: ReactNode;
  wide?: boolean;
  children: ReactNode;
}

export function Dialog({ title, onClose, onSubmit, actions, wide = false, children }: Props): ReactElement {
  const box = useRef<HTMLDialogElement>(null), id = useId();
  const before = useRef<Element | null>(null);
  useEffect(() => {
    const dialog = box.current;
    before.current = document.activeElement;
    if (dialog && !dialog.open) dialog.showModal();
    // The first thing to fill in, not the button that closes.
    const first = dialog?.querySelector<HTMLElement>("[data-autofocus]") ??
      dialog?.querySelector<HTMLElement>(".db input:not([type=hidden]), .db select, .db textarea, .df .btn");
    first?.focus();
    return () => {
      if (dialog?.open) dialog.close();
      if (before.current instanceof HTMLElement && before.current.isConnected) before.current.focus();
    };
  }, []);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit?.();
  };
  const body = (
    <>
      <div className="dh">
        <h2 id={id}>{title}</h2>
        <button className="btn ghost xs icon" type="button" aria-label="Close" onClick={onClose}>
          <Icon name="x-lg" />
        </button>
      </div>
      <div className="db">{children}</div>
      <div className="df">{actions}</div>
    </>
  );
  return (
    <dialog
      ref={box}
      className={`dialog ${wide ? "wide" : ""}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      {onSubmit ? <form noValidate onSubmit={submit}>{body}</form> : body}
    </dialog>
  );
}

interface ConfirmProps {
  title: string;
  verb: string;
  danger?: boolean;
  busy: boolean;
  /** Deleting more than one thing asks for its name or count. */
  blocked?: string | undefined;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}

export function ConfirmDialog({ title, verb, danger = false, busy, blocked, onConfirm, onClose, children }: ConfirmProps): ReactElement {
  return (
    <Dialog
      title={title}
      onClose={onClose}
      onSubmit={() => {
        if (!blocked && !busy) onConfirm();
      }}
      actions={
        <>
          <button className="btn" type="button" onClick={onClose}>Cancel</button>
          <button
            className={`btn ${danger ? "danger-solid" : "primary"}`}
            type="submit"
            aria-disabled={Boolean(blocked) || busy}
            title={blocked}
          >
            {verb}
          </button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
