create role acme_app login;
