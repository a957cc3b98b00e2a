//! Where a repository is and how restic gets at it: `NAME.env` and what it refers to.

use super::{Artifact, NAME, folder};
use crate::render::escape;
use crate::site::{Destination, DestinationPlace, Encoding, Site, Text};

/// The files of a destination; only root reads them.
pub(super) fn files(site: &Site, destination: &Destination) -> Vec<Artifact> {
    let file = |name: String, content: String| {
        Artifact::new(NAME, folder(site, &name), content)
            .mode(0o600)
            .from([destination.origin.clone()])
    };
    let name = &destination.name;
    let mut files = Vec::new();
    let mut text = String::from("# Where the repository is, and how to get at it.\n");
    for (variable, value) in variables(site, destination) {
        let value = value.write(escape::environment_file, Encoding::Env);
        text.push_str(&format!("{variable}=\"{value}\"\n"));
    }
    files.push(file(format!("{name}.env"), text));
    if let DestinationPlace::Sftp {
        host,
        port,
        key,
        host_key,
        ..
    } = &destination.place
    {
        let address = if *port == 22 {
            host.clone()
        } else {
            format!("[{host}]:{port}")
        };
        files.push(file(format!("{name}.known_hosts"), format!("{address} {host_key}\n")));
        let key = Text::secret(key).write(str::to_owned, Encoding::Pem);
        files.push(file(format!("{name}.key"), format!("{key}\n")));
    }
    files
}

fn variables(site: &Site, destination: &Destination) -> Vec<(&'static str, Text)> {
    let secret_file = |name: &str| Text::literal(format!("{}/secrets/{name}", site.etc()));
    let mut variables = Vec::new();
    let repository = match &destination.place {
        DestinationPlace::Path(path) => path.clone(),
        DestinationPlace::S3 {
            endpoint,
            bucket,
            region,
            prefix,
            access_key_id,
            secret_access_key,
        } => {
            let region = region.as_deref().unwrap_or("us-east-1");
            variables.push(("AWS_DEFAULT_REGION", Text::literal(region)));
            variables.push(("AWS_ACCESS_KEY_ID", Text::secret(access_key_id)));
            variables.push(("AWS_SECRET_ACCESS_KEY", Text::secret(secret_access_key)));
            let endpoint = endpoint
                .clone()
                .unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com"));
            let parts = [endpoint.trim_end_matches('/'), bucket, prefix.trim_matches('/')];
            format!(
                "s3:{}",
                parts
                    .into_iter()
                    .filter(|part| !part.is_empty())
                    .collect::<Vec<_>>()
                    .join("/")
            )
        }
        DestinationPlace::Sftp {
            host, port, user, path, ..
        } => {
            variables.push((
                "SFTP_COMMAND",
                Text::literal(ssh_command(site, destination, host, *port, user)),
            ));
            format!("sftp:{user}@{host}:{path}")
        }
        DestinationPlace::Rclone { remote, config } => {
            variables.push(("RCLONE_CONFIG", secret_file(config)));
            format!("rclone:{remote}")
        }
    };
    variables.insert(0, ("RESTIC_REPOSITORY", Text::literal(repository)));
    variables.insert(1, ("RESTIC_PASSWORD_FILE", secret_file(&destination.password)));
    variables
}

/// restic takes it apart at blanks, with quotes as in a shell.
fn ssh_command(site: &Site, destination: &Destination, host: &str, port: u16, user: &str) -> String {
    let option = |name: &str, value: &str| ["-o".to_owned(), format!("{name}={value}")];
    let mut words = vec!["ssh".to_owned(), "-p".into(), port.to_string()];
    words.extend(["-i".into(), folder(site, &format!("{}.key", destination.name))]);
    words.extend(option("IdentitiesOnly", "yes"));
    words.extend(option("BatchMode", "yes"));
    words.extend(option("StrictHostKeyChecking", "yes"));
    words.extend(option(
        "UserKnownHostsFile",
        &folder(site, &format!("{}.known_hosts", destination.name)),
    ));
    words.extend(option("ServerAliveInterval", "30"));
    words.extend([format!("{user}@{host}"), "-s".into(), "sftp".into()]);
    words.join(" ")
}
