// A pop-up menu: opens beside its button or at the pointer, arrow keys walk, letters are shortcuts, Esc gives focus back.
import { type KeyboardEvent, type ReactElement, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { Icon } from "./icon";
import type { IconName } from "./icon-names";

export interface MenuItem {
  label: string;
  icon: IconName;
  onSelect: () => void;
  shortcut?: string;
  danger?: boolean;
  /** A line above it. */
  split?: boolean;
  checked?: boolean;
}

export interface MenuPlace {
  x: number;
  y: number;
  /** "end": the menu's right edge is at x. */
  side: "start" | "end";
}

const edgePx = 8;

export function Menu({ label, items, place, onClose, head }: {
  label: string;
  items: readonly MenuItem[];
  place: MenuPlace;
  onClose: () => void;
  head?: ReactNode;
}): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const menu = box.current;
    if (!menu) return;
    const { width, height } = menu.getBoundingClientRect();
    const left = place.side === "end" ? place.x - width : place.x;
    menu.style.left = `${Math.max(edgePx, Math.min(left, window.innerWidth - width - edgePx))}px`;
    menu.style.top = `${Math.max(edgePx, Math.min(place.y, window.innerHeight - height - edgePx))}px`;
    itemsIn(menu)[0]?.focus();
  }, [place]);
  useEffect(() => {
    const outside = (event: Event): void => {
      if (!(event.target instanceof Node) || !box.current?.contains(event.target)) onClose();
    };
    window.addEventListener("pointerdown", outside, true);
    window.addEventListener("resize", onClose);
    window.addEventListener("blur", onClose);
    return () => {
      window.removeEventListener("pointerdown", outside, true);
      window.removeEventListener("resize", onClose);
      window.removeEventListener("blur", onClose);
    };
  }, [onClose]);
  const onKey = (event: KeyboardEvent<HTMLDivElement>): void => {
    const all = itemsIn(event.currentTarget), at = all.findIndex((i) => i === document.activeElement);
    const to = { ArrowDown: (at + 1) % all.length, ArrowUp: (at - 1 + all.length) % all.length, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) all[to]?.focus();
    else if (event.key === "Escape" || event.key === "Tab") onClose();
    else {
      const hit = items.find((i) => i.shortcut?.toLowerCase() === event.key.toLowerCase());
      if (!hit || event.ctrlKey || event.metaKey) return;
      onClose();
      hit.onSelect();
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return createPortal(
    <div className="menu pop" role="menu" aria-label={label} ref={box} onKeyDown={onKey}>
      {head && <div className="menu-head" role="presentation">{head}</div>}
      {items.map((item) => <MenuEntry key={item.label} item={item} onClose={onClose} />)}
    </div>,
    document.getElementById("main") ?? document.body,
  );
}

function MenuEntry({ item, onClose }: { item: MenuItem; onClose: () => void }): ReactElement {
  const choice = item.checked !== undefined;
  return (
    <>
      {item.split && <hr role="separator" />}
      <button
        type="button"
        role={choice ? "menuitemradio" : "menuitem"}
        aria-checked={choice ? item.checked : undefined}
        tabIndex={-1}
        className={item.danger ? "danger" : ""}
        onClick={() => {
          onClose();
          item.onSelect();
        }}
      >
        <Icon name={item.icon} />
        {item.label}
        {item.checked && <Icon name="check-lg" className="tick" />}
        {item.shortcut && <kbd>{item.shortcut}</kbd>}
      </button>
    </>
  );
}

const itemsIn = (menu: HTMLElement): HTMLElement[] => [...menu.querySelectorAll<HTMLElement>("button")];

/** A button that opens a menu below itself. */
export function MenuButton({ label, items, className = "btn icon", children, head }: {
  label: string;
  items: readonly MenuItem[];
  className?: string;
  children: ReactNode;
  head?: ReactNode;
}): ReactElement {
  const button = useRef<HTMLButtonElement>(null);
  const [place, setPlace] = useState<MenuPlace | null>(null);
  const close = useRef(() => {
    setPlace(null);
    button.current?.focus();
  });
  return (
    <>
      <button
        ref={button}
        className={`${className} ${place ? "on" : ""}`}
        type="button"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={place !== null}
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          setPlace(place ? null : { x: box.right, y: box.bottom + 4, side: "end" });
        }}
      >
        {children}
      </button>
      {place && <Menu label={label} items={items} place={place} onClose={close.current} head={head} />}
    </>
  );
}
