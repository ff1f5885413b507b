// A one-time link, shown this once: copy it and hand it over.
import type { ReactElement } from "react";
import type { OneTimeLink } from "../../../api/types";
import { Ago } from "../../../components/ago";
import { Callout, CopyButton } from "../../../components/bits";
import { Dialog } from "../../../components/dialog";

export function LinkDialog({ title, email, link, onClose }: {
  title: string;
  email: string;
  link: OneTimeLink;
  onClose: () => void;
}): ReactElement {
  const address = `${location.origin}${link.path}`;
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <CopyButton text={address} label="Copy link" />
          <button className="btn primary" type="button" onClick={onClose}>Done</button>
        </>
      }
    >
      <p className="m2">With this link {email} chooses a password and signs in. Send it over a channel that only they can read.</p>
      <div className="code link1" tabIndex={0} role="region" aria-label="One-time link">
        <pre>{address}</pre>
      </div>
      <Callout tone="warning" icon="exclamation-triangle-fill" title="It is shown this once and works once.">
        It is good until <Ago at={link.expiresAt} form="full" />. When it is lost, make a new one: this one is void then.
      </Callout>
    </Dialog>
  );
}
