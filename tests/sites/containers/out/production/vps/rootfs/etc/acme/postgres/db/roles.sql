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
SELECT 'CREATE ROLE "shop" NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'shop')
\gexec
ALTER ROLE "shop" WITH NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD NULL;

-- Logins.
SELECT 'CREATE ROLE "shop_app" NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'shop_app')
\gexec
ALTER ROLE "shop_app" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
  CONNECTION LIMIT 45 PASSWORD '{{secret:db_shop_app:sql}}';
SELECT 'CREATE ROLE "shop_owner" NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'shop_owner')
\gexec
ALTER ROLE "shop_owner" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
  CONNECTION LIMIT 11 PASSWORD '{{secret:db_shop_owner:sql}}';

-- Databases. They cannot be made within a transaction.
SELECT 'CREATE DATABASE "shop" OWNER "shop" TEMPLATE template0 ENCODING ''UTF8'' LC_COLLATE ''C.UTF-8'' LC_CTYPE ''C.UTF-8''' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'shop')
\gexec
ALTER DATABASE "shop" OWNER TO "shop";
REVOKE ALL ON DATABASE "shop" FROM PUBLIC;
GRANT CONNECT ON DATABASE "shop" TO "shop_app", "shop_owner";
-- Whatever this login makes belongs to the owner.
GRANT "shop" TO "shop_owner";
ALTER ROLE "shop_owner" IN DATABASE "shop" SET role = 'shop';

-- What is in them.
\connect "shop"
SET client_min_messages = 'warning';
BEGIN;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO "shop";
-- What "shop_app" may do with what is there, and with what its owner will make.
REVOKE CREATE ON SCHEMA public FROM "shop_app";
SELECT format('GRANT USAGE ON SCHEMA %I TO %I', nspname, 'shop_app'),
       format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', nspname, 'shop_app'),
       format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO %I', nspname, 'shop_app')
  FROM pg_namespace
 WHERE nspname = 'public' OR nspowner = (SELECT oid FROM pg_roles WHERE rolname = 'shop')
\gexec
ALTER DEFAULT PRIVILEGES FOR ROLE "shop" GRANT USAGE ON SCHEMAS TO "shop_app";
ALTER DEFAULT PRIVILEGES FOR ROLE "shop" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "shop_app";
ALTER DEFAULT PRIVILEGES FOR ROLE "shop" GRANT USAGE, SELECT ON SEQUENCES TO "shop_app";
COMMIT;
