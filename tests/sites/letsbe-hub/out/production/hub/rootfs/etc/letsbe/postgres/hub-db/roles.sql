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
SELECT 'CREATE ROLE "letsbe_hub" NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'letsbe_hub')
\gexec
ALTER ROLE "letsbe_hub" WITH NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD NULL;

-- Logins.
SELECT 'CREATE ROLE "letsbe_hub_app" NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'letsbe_hub_app')
\gexec
ALTER ROLE "letsbe_hub_app" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
  CONNECTION LIMIT 20 PASSWORD '{{secret:hub_db_letsbe_hub_app:sql}}';
SELECT 'CREATE ROLE "letsbe_hub_owner" NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'letsbe_hub_owner')
\gexec
ALTER ROLE "letsbe_hub_owner" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
  CONNECTION LIMIT 11 PASSWORD '{{secret:hub_db_letsbe_hub_owner:sql}}';

-- Databases. They cannot be made within a transaction.
SELECT 'CREATE DATABASE "letsbe_hub" OWNER "letsbe_hub" TEMPLATE template0 ENCODING ''UTF8'' LC_COLLATE ''C.UTF-8'' LC_CTYPE ''C.UTF-8''' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'letsbe_hub')
\gexec
ALTER DATABASE "letsbe_hub" OWNER TO "letsbe_hub";
REVOKE ALL ON DATABASE "letsbe_hub" FROM PUBLIC;
GRANT CONNECT ON DATABASE "letsbe_hub" TO "letsbe_hub_app", "letsbe_hub_owner";
-- Whatever this login makes belongs to the owner.
GRANT "letsbe_hub" TO "letsbe_hub_owner";
ALTER ROLE "letsbe_hub_owner" IN DATABASE "letsbe_hub" SET role = 'letsbe_hub';

-- What is in them.
\connect "letsbe_hub"
SET client_min_messages = 'warning';
BEGIN;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO "letsbe_hub";
-- What "letsbe_hub_app" may do with what is there, and with what its owner will make.
REVOKE CREATE ON SCHEMA public FROM "letsbe_hub_app";
SELECT format('GRANT USAGE ON SCHEMA %I TO %I', nspname, 'letsbe_hub_app'),
       format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', nspname, 'letsbe_hub_app'),
       format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO %I', nspname, 'letsbe_hub_app')
  FROM pg_namespace
 WHERE nspname = 'public' OR nspowner = (SELECT oid FROM pg_roles WHERE rolname = 'letsbe_hub')
\gexec
ALTER DEFAULT PRIVILEGES FOR ROLE "letsbe_hub" GRANT USAGE ON SCHEMAS TO "letsbe_hub_app";
ALTER DEFAULT PRIVILEGES FOR ROLE "letsbe_hub" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "letsbe_hub_app";
ALTER DEFAULT PRIVILEGES FOR ROLE "letsbe_hub" GRANT USAGE, SELECT ON SEQUENCES TO "letsbe_hub_app";
COMMIT;
