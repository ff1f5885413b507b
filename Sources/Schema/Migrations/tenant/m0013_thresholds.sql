-- Limits of health nearer than the tenant's: a server's own win, then the strictest of its groups', then the tenant's settings (PRD 3.6-9).
-- Each limit is a pair; NULL: whoever is next decides. The rule in Swift: Fleet/Thresholds/OwnThresholds.swift.

CREATE TABLE fleet.server_thresholds (
    server_id       uuid        PRIMARY KEY REFERENCES fleet.servers (id) ON DELETE CASCADE,
    cpu_warning     float8,
    cpu_critical    float8,
    memory_warning  float8,
    memory_critical float8,
    updated_at      timestamptz NOT NULL,
    CHECK ((cpu_warning IS NULL) = (cpu_critical IS NULL)),
    CHECK ((memory_warning IS NULL) = (memory_critical IS NULL)),
    CHECK (cpu_warning > 0 AND cpu_warning < cpu_critical AND cpu_critical <= 100),
    CHECK (memory_warning > 0 AND memory_warning < memory_critical AND memory_critical <= 100),
    CHECK (cpu_warning IS NOT NULL OR memory_warning IS NOT NULL)
);

CREATE TABLE fleet.group_thresholds (
    group_id        uuid        PRIMARY KEY REFERENCES fleet.server_groups (id) ON DELETE CASCADE,
    cpu_warning     float8,
    cpu_critical    float8,
    memory_warning  float8,
    memory_critical float8,
    updated_at      timestamptz NOT NULL,
    CHECK ((cpu_warning IS NULL) = (cpu_critical IS NULL)),
    CHECK ((memory_warning IS NULL) = (memory_critical IS NULL)),
    CHECK (cpu_warning > 0 AND cpu_warning < cpu_critical AND cpu_critical <= 100),
    CHECK (memory_warning > 0 AND memory_warning < memory_critical AND memory_critical <= 100),
    CHECK (cpu_warning IS NOT NULL OR memory_warning IS NOT NULL)
);

-- Names of collectors that are switched off on a server, beside the metrics that are on.
ALTER TABLE monitoring.collection_config ADD COLUMN collectors_disabled text[] NOT NULL DEFAULT '{}';
