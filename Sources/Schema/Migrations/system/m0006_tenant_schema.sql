-- Which migrations a tenant's database has, by the name of the template that has the same: a start opens only the databases of which it is
-- not noted here that they are up to date. NULL: nobody has looked.
ALTER TABLE platform.tenants ADD COLUMN schema_template text CHECK (schema_template <> '');
