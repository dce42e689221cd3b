-- A role for each program, for psql as a superuser; it is safe to repeat:
--   psql --set=ON_ERROR_STOP=1 --set=service="'PASSWORD'" --set=relay="'…'" --set=training="'…'"
--     --file=deploy/postgres-roles.sql perennial
-- Service and relay own the tables of a schema each, which they migrate themselves; training reads
-- the service's. Tables from before there were roles move to their schemas.
SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY['perennial_service', 'perennial_relay', 'perennial_training']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE perennial_service PASSWORD :service;
ALTER ROLE perennial_relay PASSWORD :relay;
ALTER ROLE perennial_training PASSWORD :training;

REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO perennial_service, perennial_relay, perennial_training;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA IF NOT EXISTS service AUTHORIZATION perennial_service;
CREATE SCHEMA IF NOT EXISTS relay AUTHORIZATION perennial_relay;
ALTER ROLE perennial_service IN DATABASE :"DBNAME" SET search_path = service;
ALTER ROLE perennial_relay IN DATABASE :"DBNAME" SET search_path = relay;
ALTER ROLE perennial_training IN DATABASE :"DBNAME" SET search_path = service;

DO $$
DECLARE
    item record;
BEGIN
    FOR item IN
        SELECT relname AS name, CASE WHEN relname LIKE 'relay\_%' THEN 'relay' ELSE 'service' END AS program
        FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')
            AND (relname LIKE 'relay\_%' OR relname IN (
                'predictions', 'feedback', 'erased', 'labelled_predictions', 'service_alembic_version'
            ))
    LOOP
        EXECUTE format('ALTER TABLE public.%I OWNER TO %I', item.name, 'perennial_' || item.program);
        EXECUTE format('ALTER TABLE public.%I SET SCHEMA %I', item.name, item.program);
    END LOOP;
END
$$;

GRANT USAGE ON SCHEMA service TO perennial_training;
GRANT SELECT ON ALL TABLES IN SCHEMA service TO perennial_training;
ALTER DEFAULT PRIVILEGES FOR ROLE perennial_service IN SCHEMA service
    GRANT SELECT ON TABLES TO perennial_training;
