-- Roles, databases and rights. Running it again changes nothing but passwords that were replaced.
-- An owner cannot log in, and an application can neither create nor drop anything.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
-- Passwords stay out of the server's log.
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = panic;

SELECT format('CREATE ROLE %I NOLOGIN', 'acme')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'acme') \gexec
SELECT format('CREATE ROLE %I', 'acme_app')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'acme_app') \gexec
ALTER ROLE "acme_app" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD '{{secret:db_acme_app:sql}}';
SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING %L', 'acme', 'acme', 'UTF8')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'acme') \gexec
REVOKE ALL ON DATABASE "acme" FROM PUBLIC;
\connect "acme"
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS "pg_trgm";
ALTER SCHEMA public OWNER TO "acme";
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE "acme" TO "acme_app";
GRANT USAGE ON SCHEMA public TO "acme_app";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "acme_app";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "acme_app";
ALTER DEFAULT PRIVILEGES FOR ROLE "acme" IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "acme_app";
ALTER DEFAULT PRIVILEGES FOR ROLE "acme" IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO "acme_app";
\connect postgres
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = panic;
