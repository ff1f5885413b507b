-- The event stream reads the outbox in the order of transactions, from where it stopped.
CREATE INDEX events_order ON platform.events (transaction, id);
