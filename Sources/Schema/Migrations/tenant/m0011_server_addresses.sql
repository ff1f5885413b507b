-- Two registrations of one address are told of each other. The instance's name counts only where its port is asked for by it (1433).
CREATE INDEX servers_address ON fleet.servers (
    lower(hostname), port, (CASE WHEN port = 1433 THEN lower(coalesce(instance_name, '')) ELSE '' END), created_at, id
) WHERE deleted_at IS NULL;
