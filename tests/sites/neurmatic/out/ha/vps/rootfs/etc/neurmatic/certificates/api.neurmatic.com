# Certificate api.neurmatic.com, read by neurmatic-certificate.
issuer acme
directory https://acme-v02.api.letsencrypt.org/directory
challenge http-01
name api.neurmatic.com
after docker compose --project-name neurmatic --file /etc/neurmatic/compose/compose.yaml exec --no-TTY ingress nginx -c /etc/neurmatic/nginx/nginx.conf -t -q && docker compose --project-name neurmatic --file /etc/neurmatic/compose/compose.yaml exec --no-TTY ingress nginx -c /etc/neurmatic/nginx/nginx.conf -s reload
