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
SELECT 'CREATE ROLE "duo" NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'duo')
\gexec
ALTER ROLE "duo" WITH NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD NULL;

-- Logins.
SELECT 'CREATE ROLE "duo_app" NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'duo_app')
\gexec
ALTER ROLE "duo_app" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
  CONNECTION LIMIT 30 PASSWORD '{{secret:db_duo_app:sql}}';
SELECT 'CREATE ROLE "duo_readonly" NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'duo_readonly')
\gexec
ALTER ROLE "duo_readonly" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
  CONNECTION LIMIT 20 PASSWORD '{{secret:db_duo_readonly:sql}}';

-- Databases. They cannot be made within a transaction.
SELECT 'CREATE DATABASE "duo" OWNER "duo" TEMPLATE template0 ENCODING ''UTF8'' LC_COLLATE ''C.UTF-8'' LC_CTYPE ''C.UTF-8''' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'duo')
\gexec
ALTER DATABASE "duo" OWNER TO "duo";
REVOKE ALL ON DATABASE "duo" FROM PUBLIC;
GRANT CONNECT ON DATABASE "duo" TO "duo_app", "duo_readonly";

-- What is in them.
\connect "duo"
SET client_min_messages = 'warning';
BEGIN;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO "duo";
-- What "duo_app" may do with what is there, and with what its owner will make.
REVOKE CREATE ON SCHEMA public FROM "duo_app";
SELECT format('GRANT USAGE ON SCHEMA %I TO %I', nspname, 'duo_app'),
       format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', nspname, 'duo_app'),
       format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO %I', nspname, 'duo_app')
  FROM pg_namespace
 WHERE nspname = 'public' OR nspowner = (SELECT oid FROM pg_roles WHERE rolname = 'duo')
\gexec
ALTER DEFAULT PRIVILEGES FOR ROLE "duo" GRANT USAGE ON SCHEMAS TO "duo_app";
ALTER DEFAULT PRIVILEGES FOR ROLE "duo" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "duo_app";
ALTER DEFAULT PRIVILEGES FOR ROLE "duo" GRANT USAGE, SELECT ON SEQUENCES TO "duo_app";
-- What "duo_readonly" may do with what is there, and with what its owner will make.
REVOKE CREATE ON SCHEMA public FROM "duo_readonly";
SELECT format('GRANT USAGE ON SCHEMA %I TO %I', nspname, 'duo_readonly'),
       format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO %I', nspname, 'duo_readonly'),
       format('GRANT SELECT ON ALL SEQUENCES IN SCHEMA %I TO %I', nspname, 'duo_readonly')
  FROM pg_namespace
 WHERE nspname = 'public' OR nspowner = (SELECT oid FROM pg_roles WHERE rolname = 'duo')
\gexec
ALTER DEFAULT PRIVILEGES FOR ROLE "duo" GRANT USAGE ON SCHEMAS TO "duo_readonly";
ALTER DEFAULT PRIVILEGES FOR ROLE "duo" GRANT SELECT ON TABLES TO "duo_readonly";
ALTER DEFAULT PRIVILEGES FOR ROLE "duo" GRANT SELECT ON SEQUENCES TO "duo_readonly";
COMMIT;
