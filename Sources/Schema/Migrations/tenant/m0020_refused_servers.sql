-- A server that answers, if only that a right is missing, is reached: it is shown with the reason that its last run gave, however long ago its
-- last values were read. Before, it was called offline after five minutes, and by the next run again not. (The same rule in Swift:
-- ServerState.heardAt.) A refusal leaves an error and counts as no failure in a row.
CREATE OR REPLACE VIEW fleet.server_overview AS
SELECT
    s.id, s.name, s.engine, s.hostname, s.port, s.instance_name, s.database_name, s.auth_type, s.username,
    s.password_encrypted IS NOT NULL AS has_password, s.encrypt, s.trust_server_certificate, s.revision, s.change_number,
    s.version, s.product_version, s.edition, s.created_at, s.updated_at, s.deleted_at,
    coalesce(c.enabled, true) AS collection_enabled,
    c.interval_seconds AS collection_interval_seconds,
    state.status,
    CASE state.status WHEN 'unknown' THEN 'unknown' WHEN 'offline' THEN 'offline' ELSE t.health END AS health,
    CASE
        WHEN c.enabled IS FALSE THEN ARRAY['Collection is switched off']
        WHEN t.attempted_at IS NULL THEN ARRAY['Not collected yet']
        WHEN state.status = 'offline' AND t.status <> 'offline'
            THEN ARRAY['No collection for more than ' || greatest(300, t.interval_seconds * 5 / 2) / 60 || ' minutes']
        ELSE t.reasons
    END AS reasons,
    t.collected_at, t.attempted_at, t.last_error_code, t.last_error_message, t.last_error_at, t.changed_at,
    t.cpu_percent, t.memory_percent, t.connection_count, t.batch_requests_sec
FROM fleet.servers s
LEFT JOIN monitoring.server_snapshots t ON t.server_id = s.id
LEFT JOIN monitoring.collection_config c ON c.server_id = s.id
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN c.enabled IS FALSE OR t.attempted_at IS NULL THEN 'unknown'
        WHEN t.status IN ('online', 'degraded')
                AND greatest(t.collected_at, CASE WHEN t.last_error_code IS NOT NULL AND t.failures_in_a_row = 0 THEN t.attempted_at END)
                    < now() - greatest(300, t.interval_seconds * 2.5) * interval '1 second'
            THEN 'offline'
        ELSE t.status
    END AS status
) state;
