do $$
begin
  if not exists (select from pg_roles where rolname = 'acme_app') then
    create role acme_app login connection limit 10;
  end if;
end
$$;
