-- SPDX-License-Identifier: Apache-2.0
--
-- Portillon's three roles and its database.  Run once, as a superuser, on the
-- database "postgres":
--
--     psql -X -v ON_ERROR_STOP=1 -f deploy/roles.sql postgres
--
-- Then say in pg_hba.conf who may connect as them (deploy/README.md), and
-- `portillon migrate` makes the tables and says what each role may do.
-- Running it again changes nothing.

-- Owns the schema; used by `portillon migrate` and nothing else.
SELECT 'CREATE ROLE portillon_migrator LOGIN' WHERE NOT EXISTS
	(SELECT FROM pg_roles WHERE rolname = 'portillon_migrator') \gexec
-- What the server runs as: rows only, no tables made or changed.
SELECT 'CREATE ROLE portillon_app LOGIN' WHERE NOT EXISTS
	(SELECT FROM pg_roles WHERE rolname = 'portillon_app') \gexec
-- Reads the audit trail.
SELECT 'CREATE ROLE portillon_auditor LOGIN' WHERE NOT EXISTS
	(SELECT FROM pg_roles WHERE rolname = 'portillon_auditor') \gexec

SELECT 'CREATE DATABASE portillon OWNER portillon_migrator '
	'ENCODING ''UTF8'' TEMPLATE template0' WHERE NOT EXISTS
	(SELECT FROM pg_database WHERE datname = 'portillon') \gexec

REVOKE ALL ON DATABASE portillon FROM PUBLIC;
GRANT CONNECT ON DATABASE portillon TO portillon_app, portillon_auditor;

\connect portillon
REVOKE ALL ON SCHEMA public FROM PUBLIC;
