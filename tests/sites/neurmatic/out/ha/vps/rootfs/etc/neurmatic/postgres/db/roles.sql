-- Made by Sitewright from the site's manifest: change that, not this file.
-- It may run as often as you like: what is there already is left, rights are set to what stands here.
\set ON_ERROR_STOP on
-- No password reaches the log.
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
SET client_min_messages = 'warning';
SET password_encryption = 'scram-sha-256';

-- Owners: nobody logs in as them.
SELECT 'CREATE ROLE "neurmatic" NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'neurmatic')
\gexec
ALTER ROLE "neurmatic" WITH NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD NULL;

-- Logins.
SELECT 'CREATE ROLE "neurmatic_app" NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'neurmatic_app')
\gexec
ALTER ROLE "neurmatic_app" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
  CONNECTION LIMIT 195 PASSWORD '{{secret:db_neurmatic_app:sql}}';
SELECT 'CREATE ROLE "neurmatic_owner" NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'neurmatic_owner')
\gexec
ALTER ROLE "neurmatic_owner" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
  CONNECTION LIMIT 11 PASSWORD '{{secret:db_neurmatic_owner:sql}}';

-- Standbys: they may copy everything and change nothing. Each has a slot, which keeps what it has not received yet.
SELECT 'CREATE ROLE "standby" NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'standby')
\gexec
ALTER ROLE "standby" WITH LOGIN REPLICATION NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS
  CONNECTION LIMIT 8 PASSWORD '{{secret:db_standby:sql}}';
SELECT pg_create_physical_replication_slot('standby_vps2') WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = 'standby_vps2');
SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
 WHERE slot_type = 'physical' AND NOT active AND slot_name LIKE 'standby\_%' AND slot_name NOT IN ('standby_vps2');

-- Databases. They cannot be made within a transaction.
SELECT 'CREATE DATABASE "neurmatic" OWNER "neurmatic" TEMPLATE template0 ENCODING ''UTF8'' LC_COLLATE ''C.UTF-8'' LC_CTYPE ''C.UTF-8''' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'neurmatic')
\gexec
ALTER DATABASE "neurmatic" OWNER TO "neurmatic";
REVOKE ALL ON DATABASE "neurmatic" FROM PUBLIC;
GRANT CONNECT ON DATABASE "neurmatic" TO "neurmatic_app", "neurmatic_owner";
-- Whatever this login makes belongs to the owner.
GRANT "neurmatic" TO "neurmatic_owner";
ALTER ROLE "neurmatic_owner" IN DATABASE "neurmatic" SET role = 'neurmatic';

-- What is in them.
\connect "neurmatic"
SET client_min_messages = 'warning';
BEGIN;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO "neurmatic";
-- What "neurmatic_app" may do with what is there, and with what its owner will make.
REVOKE CREATE ON SCHEMA public FROM "neurmatic_app";
SELECT format('GRANT USAGE ON SCHEMA %I TO %I', nspname, 'neurmatic_app'),
       format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', nspname, 'neurmatic_app'),
       format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO %I', nspname, 'neurmatic_app')
  FROM pg_namespace
 WHERE nspname = 'public' OR nspowner = (SELECT oid FROM pg_roles WHERE rolname = 'neurmatic')
\gexec
ALTER DEFAULT PRIVILEGES FOR ROLE "neurmatic" GRANT USAGE ON SCHEMAS TO "neurmatic_app";
ALTER DEFAULT PRIVILEGES FOR ROLE "neurmatic" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "neurmatic_app";
ALTER DEFAULT PRIVILEGES FOR ROLE "neurmatic" GRANT USAGE, SELECT ON SEQUENCES TO "neurmatic_app";
COMMIT;
