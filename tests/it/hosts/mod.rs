//! Real hosts: a bundle counts when a bare Debian machine runs it and a stranger's requests are answered.
//!
//! `tests/hosts/prepare` builds the bed; a host is a container with systemd as its first process. It takes root and some
//! minutes the first time, so these tests run only with `SITEWRIGHT_HOSTS=1` or `require`, which a person and CI set; those that
//! take long only with `all`.
//! `SITEWRIGHT_HOSTS=keep` leaves the hosts of the last test standing for a look (`tests/hosts/stop` removes them).

mod backups;
mod bed;
mod boots;
mod checks;
mod containers;
mod example;
mod failover;
mod ha;
mod host;
mod hub;
mod neurmatic;
mod pins;
mod rotation;
