-- A role for each program, for psql 14 or newer as a superuser; it is safe to repeat. Their passwords
-- are in the environment, since everyone on the machine sees a program's arguments:
-- SERVICE_DATABASE_PASSWORD, RELAY_DATABASE_PASSWORD and TRAINING_DATABASE_PASSWORD.
--   psql --file=deploy/postgres-roles.sql perennial
-- Service and relay own the tables of a schema each, which they migrate themselves; training reads
-- labelled predictions and who was erased. Tables from before there were roles move to their schemas.
\set ON_ERROR_STOP on
\set service ''
\set relay ''
\set training ''
\getenv service SERVICE_DATABASE_PASSWORD
\getenv relay RELAY_DATABASE_PASSWORD
\getenv training TRAINING_DATABASE_PASSWORD
SELECT '' IN (:'service', :'relay', :'training') AS missing \gset
\if :missing
DO $$ BEGIN RAISE 'expected SERVICE_, RELAY_ and TRAINING_DATABASE_PASSWORD in the environment'; END $$;
\endif

SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY['perennial_service', 'perennial_relay', 'perennial_training']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE perennial_service PASSWORD :'service';
ALTER ROLE perennial_relay PASSWORD :'relay';
ALTER ROLE perennial_training PASSWORD :'training';

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
REVOKE ALL ON ALL TABLES IN SCHEMA service FROM perennial_training;
ALTER DEFAULT PRIVILEGES FOR ROLE perennial_service IN SCHEMA service
    REVOKE ALL ON TABLES FROM perennial_training;
SELECT format('GRANT SELECT ON service.%I TO perennial_training', relname)
FROM pg_class
WHERE relnamespace = 'service'::regnamespace AND relname IN ('labelled_predictions', 'erased') \gexec

-- The service makes them later, and makes the view anew when it migrates. The view reads the tables
-- with its owner's rights, as PostgreSQL's views do.
CREATE OR REPLACE FUNCTION public.perennial_training_reads() RETURNS event_trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    made text;
BEGIN
    FOR made IN
        SELECT object_identity FROM pg_event_trigger_ddl_commands()
        WHERE object_identity IN ('service.labelled_predictions', 'service.erased')
    LOOP
        EXECUTE format('GRANT SELECT ON %s TO perennial_training', made);
    END LOOP;
END
$$;
DROP EVENT TRIGGER IF EXISTS perennial_training_reads;
CREATE EVENT TRIGGER perennial_training_reads ON ddl_command_end
    WHEN TAG IN ('CREATE TABLE', 'CREATE VIEW')
    EXECUTE FUNCTION public.perennial_training_reads();
