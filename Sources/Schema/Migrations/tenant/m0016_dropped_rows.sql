-- How many rows a dropped partition had is what PostgreSQL counted, also where nobody has analysed it yet (PRD 3.5-6: the log says how many).

CREATE OR REPLACE FUNCTION monitoring.drop_partitions(first_kept date) RETURNS TABLE (partition_name text, rows_estimated bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part record;
BEGIN
    FOR part IN
        SELECT c.relname AS name, greatest(c.reltuples::bigint, pg_stat_get_live_tuples(c.oid), 0) AS row_count
        FROM pg_inherits i
        JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent IN (
                'monitoring.metrics'::regclass, 'monitoring.waits'::regclass, 'monitoring.chunks'::regclass,
                'monitoring.table_history'::regclass)
          AND to_date(right(c.relname, 8), 'YYYYMMDD') < first_kept
        ORDER BY c.relname
    LOOP
        EXECUTE format('DROP TABLE monitoring.%I', part.name);
        partition_name := part.name;
        rows_estimated := part.row_count;
        RETURN NEXT;
    END LOOP;
END
$$;
